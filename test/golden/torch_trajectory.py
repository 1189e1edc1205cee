"""A hundred training steps of sixteen autoencoders, by PyTorch in float64: what test/train/trajectory.test.ts is held to.

    python3 test/golden/torch_trajectory.py

needs numpy and torch, takes about half a minute on a CPU, and writes test/golden/trajectory.json.

Data and starting weights come from a formula, so that no array has to be stored: element i of stream s is

    mix(i + 0x9e3779b9 s)   with MurmurHash3's final mixing of 32 bits (fmix32), all modulo 2**32.

- data, uint8 [200, 784]: row r is prototype r mod 10 with noise, (3 p + q) // 4 with p = element 784 (r mod 10) + i of
  stream 1 and q = element 784 r + i of stream 2, both modulo 256; the model sees value / 255
- weights, float32 [in, out]: sqrt(6 / (in + out)) (2 u - 1) with u = element / 2**32, of stream 3 for the encoder and
  stream 4 for the decoder; biases start at 0

Step t (from 0) sees rows 20 t ... 20 t + 19, modulo 200. The recorded loss is that of the batch before the step.
Learning rates come from torch.optim.lr_scheduler: they check our schedules as much as our optimizers.
"""

import json
import pathlib

import numpy
import torch
from torch.optim import lr_scheduler as schedulers

ROWS, WIDTH, HIDDEN, BATCH, STEPS = 200, 784, 256, 20, 100

ACTIVATIONS = {"sigmoid": torch.sigmoid, "elu": torch.nn.functional.elu, "relu": torch.relu, "tanh": torch.tanh}

SCHEDULES = [
    {"name": "constant", "warmup": 0},
    {"name": "cosine", "warmup": 0.1, "final": 0.1},
    {"name": "step", "warmup": 0.05, "at": [0.4, 0.7], "factor": 0.2},
    {"name": "constant", "warmup": 0.25},
    {"name": "cosine", "warmup": 0, "final": 0},
]

OPTIMIZERS = {
    ("adam", "mse"): {"name": "adam", "learningRate": 0.002, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    ("adam", "crossEntropy"): {"name": "adam", "learningRate": 0.001, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6},
    ("sgd", "mse"): {"name": "sgd", "learningRate": 5.0, "momentum": 0.9},
    ("sgd", "crossEntropy"): {"name": "sgd", "learningRate": 1.0, "momentum": 0.8},
}


def stream(number: int, count: int) -> numpy.ndarray:
    with numpy.errstate(over="ignore"):
        h = numpy.arange(count, dtype=numpy.uint32) + numpy.uint32((0x9E3779B9 * number) % 2**32)
        h = (h ^ (h >> numpy.uint32(16))) * numpy.uint32(0x85EBCA6B)
        h = (h ^ (h >> numpy.uint32(13))) * numpy.uint32(0xC2B2AE35)
        return h ^ (h >> numpy.uint32(16))


def data() -> torch.Tensor:
    prototypes = (stream(1, 10 * WIDTH) % 256).astype(numpy.int64).reshape(10, WIDTH)
    noise = (stream(2, ROWS * WIDTH) % 256).astype(numpy.int64).reshape(ROWS, WIDTH)
    values = (3 * prototypes[numpy.arange(ROWS) % 10] + noise) // 4
    return torch.from_numpy(values.astype(numpy.float64) / 255)


def weight(number: int, inputs: int, outputs: int) -> torch.Tensor:
    limit = numpy.sqrt(6 / (inputs + outputs))
    values = limit * (2 * (stream(number, inputs * outputs) / 2**32) - 1)
    return torch.from_numpy(values.astype(numpy.float32).astype(numpy.float64).reshape(inputs, outputs))


def optimizer_of(spec: dict, parameters: list) -> torch.optim.Optimizer:
    if spec["name"] == "adam":
        betas = (spec["beta1"], spec["beta2"])
        return torch.optim.Adam(parameters, lr=spec["learningRate"], betas=betas, eps=spec["epsilon"])
    return torch.optim.SGD(parameters, lr=spec["learningRate"], momentum=spec["momentum"])


def schedule_of(spec: dict, optimizer: torch.optim.Optimizer, rate: float):
    rise = round(spec["warmup"] * STEPS)
    if spec["name"] == "constant":
        main = schedulers.ConstantLR(optimizer, factor=1.0)
    elif spec["name"] == "cosine":
        main = schedulers.CosineAnnealingLR(optimizer, T_max=STEPS - rise, eta_min=spec["final"] * rate)
    else:
        milestones = [round(part * STEPS) - rise for part in spec["at"]]
        main = schedulers.MultiStepLR(optimizer, milestones=milestones, gamma=spec["factor"])
    if rise == 0:
        return main
    warmup = schedulers.LinearLR(optimizer, start_factor=1 / (rise + 1), end_factor=1.0, total_iters=rise)
    return schedulers.SequentialLR(optimizer, [warmup, main], milestones=[rise])


def train(activation: str, loss: str, optimizer_spec: dict, schedule_spec: dict, x: torch.Tensor) -> dict:
    parameters = {
        "encoder.0.weight": weight(3, WIDTH, HIDDEN),
        "encoder.0.bias": torch.zeros(HIDDEN, dtype=torch.float64),
        "decoder.0.weight": weight(4, HIDDEN, WIDTH),
        "decoder.0.bias": torch.zeros(WIDTH, dtype=torch.float64),
    }
    for parameter in parameters.values():
        parameter.requires_grad_()
    w1, b1, w2, b2 = parameters.values()
    optimizer = optimizer_of(optimizer_spec, list(parameters.values()))
    schedule = schedule_of(schedule_spec, optimizer, optimizer_spec["learningRate"])
    losses = []
    for step in range(STEPS):
        batch = x[(BATCH * step + numpy.arange(BATCH)) % ROWS]
        logits = ACTIVATIONS[activation](batch @ w1 + b1) @ w2 + b2
        if loss == "mse":
            value = torch.nn.functional.mse_loss(torch.sigmoid(logits), batch)
        else:
            value = torch.nn.functional.binary_cross_entropy_with_logits(logits, batch)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        schedule.step()
        losses.append(float(f"{value.item():.10g}"))
    norms = {name: float(f"{parameter.detach().norm().item():.10g}") for name, parameter in parameters.items()}
    return {"losses": losses, "norms": norms}


def main() -> None:
    torch.manual_seed(0)
    x = data()
    cases = []
    for activation in ACTIVATIONS:
        for (_, loss), optimizer in OPTIMIZERS.items():
            schedule = SCHEDULES[len(cases) % len(SCHEDULES)]
            result = train(activation, loss, optimizer, schedule, x)
            cases.append({"activation": activation, "loss": loss, "optimizer": optimizer, "schedule": schedule, **result})
            print(activation, loss, optimizer["name"], schedule["name"], result["losses"][0], result["losses"][-1])
    document = {
        "madeBy": f"test/golden/torch_trajectory.py, torch {torch.__version__.split('+')[0]}, float64",
        "shape": {"rows": ROWS, "width": WIDTH, "hidden": HIDDEN, "batch": BATCH, "steps": STEPS},
        "cases": cases,
    }
    target = pathlib.Path(__file__).with_name("trajectory.json")
    target.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {compact(v)}" for k, v in document.items()) + "\n}\n")


def compact(value) -> str:
    """One line a case."""
    if isinstance(value, list):
        return "[\n" + ",\n".join(json.dumps(each) for each in value) + "\n]"
    return json.dumps(value)


if __name__ == "__main__":
    main()
