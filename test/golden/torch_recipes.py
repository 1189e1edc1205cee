"""Fifty training steps and more of every recipe, by PyTorch in float64: what test/train/recipes.test.ts is held to.

    python3 test/golden/torch_recipes.py

needs numpy and torch, takes about a minute on a CPU, and writes test/golden/recipes.json.

Each case is a recipe with its options, read here without Diabolo's specs, layers or graphs: what a recipe's options mean is
written down a second time. Starting weights, orders and noise come from the seed as Diabolo draws them (seeded.py), so the
whole of `fit` is compared, phase by phase, the smaller last batch included. The recorded loss is that of a batch before its
step, penalties included.

Data is uint8 [48, height, width, channels], channels last, made as in torch_trajectory.py: sample r is prototype r mod 10
with noise, (3 p + q) // 4 with p from stream 1 and q from stream 2, modulo 256; the model sees value / 255.
"""

import json
import math
import pathlib

import numpy
import torch
from seeded import Noise, Rng, Turns, initial, permutation
from torch.nn import functional as F
from torch_trajectory import compact, stream

ROWS, BATCH, SEED = 48, 10, 11

SHARED = {"batchSize": BATCH, "schedule": "constant", "warmup": 0, "optimizer": "adam", "init": "glorot"}
SHALLOW = {**SHARED, "epochs": 10, "output": "sigmoid", "noise": 0, "alpha": 0, "tied": False, "loss": "mse"}
SPARSE = {**SHALLOW, "hidden": 30, "activation": "sigmoid", "learningRate": 0.01}
DENOISING = {**SHALLOW, "hidden": 80, "activation": "elu", "learningRate": 0.002, "fresh": True, "spare": 0}
MAPS = {**SHARED, "epochs": 10, "output": "sigmoid", "noise": 0, "alpha": 0, "loss": "crossEntropy", "activation": "relu"}
STACKED = {**SHALLOW, "units": [30, 8], "activation": "elu", "learningRate": 0.004, "pretrainEpochs": 3}
RBM = {"hidden": 20, "batchSize": BATCH, "schedule": "constant", "warmup": 0, "epochs": 10, "learningRate": 0.2, "momentum": 0.8, "weightDecay": 0.001, "gibbsSteps": 1, "persistent": False, "visible": "bernoulli", "sigma": 0.1}
DEEP = {**SHALLOW, "units": [30, 16, 5], "activation": "elu", "learningRate": 0.004, "rbmEpochs": 0, "rotation": 0, "stretch": 0, "shear": 0}

WORDS = {**SHARED, "units": [20, 6], "epochs": 10, "noise": 0, "tied": False, "binary": False, "activation": "relu", "learningRate": 0.003, "weightDecay": 0, "fresh": True, "spare": 0}

ROW, IMAGE, COLOUR = [8, 8, 1], [9, 7, 1], [9, 7, 3]

CASES = [
    ("vanilla", ROW, "sgd", {**SPARSE, "optimizer": "sgd", "momentum": 0.9, "learningRate": 2.0}),
    ("sparse", ROW, "Σ KL(ρ‖ρ̂)", {**SPARSE, "alpha": 0.01, "rho": 0.05}),
    ("sparse", ROW, "cross-entropy, N(0, 1) weights", {**SPARSE, "alpha": 0.002, "rho": 0.2, "loss": "crossEntropy", "init": "normal"}),
    ("denoising", ROW, "gaussian", {**DENOISING, "noise": 0.3, "corruption": "gaussian"}),
    ("denoising", ROW, "masking, tied, drawn once, some clean", {**DENOISING, "noise": 0.4, "corruption": "masking", "fresh": False, "spare": 0.3, "tied": True}),
    ("denoising", ROW, "salt and pepper, sparse", {**DENOISING, "noise": 0.2, "corruption": "saltAndPepper", "activation": "sigmoid", "alpha": 0.003, "rho": 0.1}),
    ("denoising", ROW, "mix", {**DENOISING, "noise": 0.5, "corruption": "mix", "activation": "tanh", "loss": "crossEntropy"}),
    ("convolutional", COLOUR, "nearest, gaussian noise", {**MAPS, "filters": [6, 5, 4], "kernel": 3, "upsampling": "nearest", "init": "he", "learningRate": 0.003, "noise": 0.5, "corruption": "gaussian", "fresh": True, "spare": 0.2}),
    ("convolutional", IMAGE, "bilinear, mse", {**MAPS, "filters": [5, 4], "kernel": 3, "upsampling": "bilinear", "learningRate": 0.01, "loss": "mse", "activation": "elu"}),
    ("convolutional", COLOUR, "transposed", {**MAPS, "filters": [6, 4, 4], "kernel": 3, "upsampling": "transposed", "learningRate": 0.01}),
    ("convolutional", IMAGE, "transposed, windows of 4", {**MAPS, "filters": [4, 6], "kernel": 4, "upsampling": "transposed", "learningRate": 0.01, "activation": "tanh"}),
    ("convolutional", IMAGE, "windows of 2, nearest", {**MAPS, "filters": [4, 4], "kernel": 2, "upsampling": "nearest", "learningRate": 0.01, "activation": "tanh"}),
    ("stacked", ROW, "tied, noise in the fine-tuning", {**STACKED, "tied": True, "noise": 0.3, "corruption": "gaussian", "fresh": True, "spare": 0.3, "pretrainLearningRate": 0.003, "loss": "crossEntropy"}),
    ("stacked", ROW, "untied, sparse, drawn once", {**STACKED, "units": [20, 12, 6], "activation": "sigmoid", "noise": 0.2, "corruption": "masking", "fresh": False, "spare": 0, "alpha": 0.01, "rho": 0.3, "pretrainLearningRate": 0.01}),
    ("rbm", ROW, "one turn", RBM),
    ("rbm", ROW, "three turns, Gaussian visible units", {**RBM, "gibbsSteps": 3, "visible": "gaussian", "learningRate": 0.02}),
    ("rbm", ROW, "persistent chains, two turns", {**RBM, "gibbsSteps": 2, "persistent": True, "weightDecay": 0}),
    ("deep", ROW, "no pretraining, tied", {**DEEP, "tied": True, "loss": "crossEntropy"}),
    ("deep", ROW, "pretrained by Boltzmann machines", {**DEEP, "units": [24, 8], "learningRate": 0.015, "activation": "sigmoid", "init": "normal", "sigma": 0.1, "rbmEpochs": 4, "rbmLearningRate": 0.1, "rbmCodeLearningRate": 0.01, "rbmWeightDecay": 0.0002, "loss": "mse", "epochs": 20}),
    ("documents", ROW, "a linear code, masked words", {**WORDS, "noise": 0.3, "corruption": "masking", "weightDecay": 0.7}),
    ("documents", ROW, "a binary code, with noise on it", {**WORDS, "binary": True, "codeNoise": 0.6, "tied": True}),
]

NONLINEARITIES = {"sigmoid": torch.sigmoid, "elu": F.elu, "relu": torch.relu, "tanh": torch.tanh, "linear": lambda x: x, "softmax": lambda x: x.softmax(1)}


def data(shape: list) -> numpy.ndarray:
    width = math.prod(shape)
    prototypes = (stream(1, 10 * width) % 256).astype(numpy.int64).reshape(10, width)
    noise = (stream(2, ROWS * width) % 256).astype(numpy.int64).reshape(ROWS, width)
    return ((3 * prototypes[numpy.arange(ROWS) % 10] + noise) // 4) / 255


class Weights:
    """Every learned tensor by its name, made when it is first asked for."""

    def __init__(self, init: str, deviation: float = 1.0) -> None:
        self.init, self.deviation, self.tensors = init, deviation, {}

    def weight(self, name: str, shape: tuple, fan_in: int, fan_out: int) -> torch.Tensor:
        if name not in self.tensors:
            values = initial(self.init, shape, fan_in, fan_out, Rng(SEED, "init", name), self.deviation)
            self.tensors[name] = torch.from_numpy(values.astype(numpy.float64)).requires_grad_()
        return self.tensors[name]

    def bias(self, name: str, units: int) -> torch.Tensor:
        if name not in self.tensors:
            self.tensors[name] = torch.zeros(units, dtype=torch.float64, requires_grad=True)
        return self.tensors[name]


class Dense:
    """Layers of any number: 784 → … → code → … → 784, tied or not."""

    def __init__(self, sizes: list, options: dict, code: str = "") -> None:
        self.sizes, self.options = sizes, options
        self.weights = Weights(options["init"], options.get("sigma", 1.0))
        self.depth = len(sizes) - 1
        self.activation = NONLINEARITIES[options["activation"]]
        self.code = NONLINEARITIES[code or options["activation"]]
        self.linear_code = code == "linear"

    def encode(self, x: torch.Tensor, start: int, end: int) -> torch.Tensor:
        for i in range(start, end):
            x = x @ self.encoder(i) + self.weights.bias(f"encoder.{i}.bias", self.sizes[i + 1])
            x = self.code(x) if i == self.depth - 1 else self.activation(x)
        return x

    def encoder(self, i: int) -> torch.Tensor:
        shape = (self.sizes[i], self.sizes[i + 1])
        return self.weights.weight(f"encoder.{i}.weight", shape, *shape)

    def decode(self, code: torch.Tensor, start: int, end: int):
        """Logits and output of the decoder's layers that undo `start` … `end − 1`."""
        for i in reversed(range(start, end)):
            name, shape = f"decoder.{self.depth - 1 - i}", (self.sizes[i + 1], self.sizes[i])
            tied = self.options["tied"]
            weight = self.encoder(i).T if tied else self.weights.weight(f"{name}.weight", shape, *shape)
            logits = code @ weight + self.weights.bias(f"{name}.bias", self.sizes[i])
            code = NONLINEARITIES[self.options["output"]](logits) if i == 0 else self.activation(logits)
        return logits, code


class Maps:
    """Convolution and pooling for each entry of `filters`, and back."""

    def __init__(self, shape: list, options: dict) -> None:
        self.height, self.width, self.channels = shape
        self.options, self.weights = options, Weights(options["init"])
        self.filters, self.kernel = options["filters"], options["kernel"]
        self.activation = NONLINEARITIES[options["activation"]]
        self.sizes = [(-(-self.height // 2**i), -(-self.width // 2**i)) for i in range(len(self.filters))]

    def convolve(self, x: torch.Tensor, name: str, count: int) -> torch.Tensor:
        channels, k = x.shape[1], self.kernel
        weight = self.weights.weight(f"{name}.weight", (count, channels, k, k), channels * k * k, count * k * k)
        before, after = (k - 1) // 2, k - 1 - (k - 1) // 2
        return F.conv2d(F.pad(x, (before, after, before, after)), weight, self.weights.bias(f"{name}.bias", count))

    def transpose(self, x: torch.Tensor, name: str, count: int, size: tuple) -> torch.Tensor:
        channels, k = x.shape[1], self.kernel
        weight = self.weights.weight(f"{name}.weight", (channels, count, k, k), channels * k * k, count * k * k)
        full = F.conv_transpose2d(x, weight, stride=2)
        # what a 'same' convolution from `size` would have padded is cut off
        for axis, length in ((2, size[0]), (3, size[1])):
            padded = max(0, (x.shape[axis] - 1) * 2 + k - length)
            full = full.narrow(axis, padded // 2, length)
        return full + self.weights.bias(f"{name}.bias", count).reshape(1, -1, 1, 1)

    def encode(self, x: torch.Tensor, *_) -> torch.Tensor:
        x = x.reshape(-1, self.height, self.width, self.channels).permute(0, 3, 1, 2)
        for i, count in enumerate(self.filters):
            x = self.activation(self.convolve(x, f"encoder.{2 * i}", count))
            odd = (0, x.shape[3] % 2, 0, x.shape[2] % 2)
            x = F.max_pool2d(F.pad(x, odd, value=-math.inf), 2)
        return x

    def decode(self, code: torch.Tensor, *_):
        layer, x = 0, code
        for i in reversed(range(len(self.filters))):
            if self.options["upsampling"] == "transposed":
                x = self.activation(self.transpose(x, f"decoder.{layer}", self.filters[i], self.sizes[i]))
                layer += 1
            else:
                how = {"mode": "nearest"} if self.options["upsampling"] == "nearest" else {"mode": "bilinear", "align_corners": False}
                x = F.interpolate(x, size=self.sizes[i], **how)
                x = self.activation(self.convolve(x, f"decoder.{layer + 1}", self.filters[i]))
                layer += 2
        logits = self.convolve(x, f"decoder.{layer}", self.channels).permute(0, 2, 3, 1).flatten(1)
        return logits, NONLINEARITIES[self.options["output"]](logits)


def code_of(recipe: str, options: dict) -> str:
    """The nonlinearity of the code, where it is not that of the hidden layers."""
    if recipe == "documents":
        return "sigmoid" if options["binary"] else "linear"
    return "linear" if recipe == "deep" else ""


def descend(model, samples: numpy.ndarray, span: tuple, options: dict, name: str) -> list:
    """One phase; returns the loss of every step."""
    model.decode(model.encode(torch.from_numpy(samples[:1]), *span), *span)  # makes the weights
    learned = weights_of(model, span)
    if options["optimizer"] == "adam":
        decay = {True: 0, False: options.get("weightDecay", 0)}
        groups = [{"params": [p for p in learned if (p.ndim == 1) == bias], "weight_decay": decay[bias]} for bias in decay]
        optimizer = torch.optim.AdamW(groups, lr=options["learningRate"])
    else:
        optimizer = torch.optim.SGD(learned, lr=options["learningRate"], momentum=options["momentum"])
    strength = options["noise"]
    noise = strength and Noise(options["corruption"], strength, options["fresh"], options["spare"], samples.shape[1], SEED)
    on_code = options.get("codeNoise") and Noise("gaussian", options["codeNoise"], options["fresh"], 0, model.sizes[-1], SEED, clip=False)
    losses = []
    for epoch in range(1, options["epochs"] + 1):
        order = permutation(ROWS, Rng(SEED, "order", name, epoch))
        for start in range(0, ROWS, BATCH):
            picked = order[start : start + BATCH]
            target = torch.from_numpy(samples[picked])
            x = torch.from_numpy(numpy.stack([noise.corrupt(samples[r], epoch, r) for r in picked])) if noise else target
            code = model.encode(x, *span)
            if on_code:
                code = torch.stack([on_code.corrupt(c, epoch, r) for c, r in zip(code, picked)])
            logits, output = model.decode(code, *span)
            if options["loss"] == "mse":
                loss = F.mse_loss(output, target)
            elif options["loss"] == "multinomial":
                loss = -(target * logits.log_softmax(1)).sum() / len(picked)
            else:
                loss = F.binary_cross_entropy_with_logits(logits, target)
            if options["alpha"] > 0:
                rho, mean = torch.tensor(options["rho"], dtype=torch.float64), code.mean(0)
                loss = loss + options["alpha"] * (rho * (rho / mean).log() + (1 - rho) * ((1 - rho) / (1 - mean)).log()).sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(f"{loss.item():.9g}"))
    return losses


def contrast(model: Dense, samples: numpy.ndarray, i: int, options: dict, name: str) -> list:
    """One layer as a restricted Boltzmann machine; returns the error of every step's reconstruction."""
    hidden = "linear" if model.linear_code and i == model.depth - 1 else "sigmoid"
    visible = options["output"] if i == 0 else "sigmoid"
    seen, units = model.sizes[i], model.sizes[i + 1]
    mirror = f"decoder.{model.depth - 1 - i}"
    named = [model.encoder(i), model.weights.bias(f"encoder.{i}.bias", units), model.weights.bias(f"{mirror}.bias", seen)]
    weight, up, down = (tensor.detach().numpy() for tensor in named)
    velocity = [numpy.zeros_like(tensor) for tensor in (weight, up, down)]
    sigmoid = lambda x: 1 / (1 + numpy.exp(-x))
    mean_of = {"sigmoid": sigmoid, "linear": lambda x: x}
    hidden_of = lambda v: mean_of[hidden](v @ weight + up)
    visible_of = lambda h: mean_of[visible](h @ weight.T + down)
    k, persistent = options["gibbsSteps"], options["persistent"]
    turns = Turns(hidden, units, name, persistent, SEED)
    states, losses, total = numpy.zeros((BATCH, units)), [], options["epochs"] * -(-ROWS // BATCH)
    for epoch in range(1, options["epochs"] + 1):
        order = permutation(ROWS, Rng(SEED, "order", name, epoch))
        for start in range(0, ROWS, BATCH):
            picked, step = order[start : start + BATCH], len(losses)
            chains = turns.chains(picked, epoch, step, BATCH)
            v0 = samples[picked]
            h0 = hidden_of(v0)
            h = states if persistent else turns.draw(h0, chains)
            once = visible_of(h0 if persistent else h)
            for turn in range(k):
                v = visible_of(h)
                mean = hidden_of(v)
                if persistent or turn + 1 < k:
                    h = turns.draw(mean, chains)
            states = h if persistent else states
            losses.append(float(f"{((once - v0) ** 2).mean():.9g}"))
            gradients = [
                v.T @ mean / len(v) - v0.T @ h0 / len(v0) + options["weightDecay"] * weight,
                mean.mean(0) - h0.mean(0),
                v.mean(0) - v0.mean(0),
            ]
            rise = options["warmup"] * total
            rate = options["learningRate"] * ((step + 1) / (rise + 1) if step < rise else 1)
            for tensor, gradient, u in zip((weight, up, down), gradients, velocity):
                u *= options["momentum"]
                u += gradient
                tensor -= rate * u
    if not options["tied"]:
        own = torch.from_numpy(weight.T.copy()).requires_grad_()
        model.weights.tensors[f"{mirror}.weight"] = own
    return losses


def weights_of(model, span: tuple) -> list:
    if isinstance(model, Maps):
        return list(model.weights.tensors.values())
    layers = [f"encoder.{i}." for i in range(*span)] + [f"decoder.{model.depth - 1 - i}." for i in range(*span)]
    return [tensor for name, tensor in model.weights.tensors.items() if name.startswith(tuple(layers))]


def train(recipe: str, shape: list, options: dict) -> dict:
    samples = data(shape)
    if recipe == "convolutional":
        model, depth = Maps(shape, options), 1
    else:
        sizes = [math.prod(shape), *options.get("units", [options.get("hidden")])]
        model = Dense(sizes, options if recipe != "rbm" else machine(options), code=code_of(recipe, options))
        depth = model.depth
    phases = {}
    if recipe == "stacked":
        for i in range(depth):
            alone = {**options, "epochs": options["pretrainEpochs"], "learningRate": options["pretrainLearningRate"], "noise": 0, "alpha": 0}
            if i > 0:
                alone["loss"] = "mse"
            with torch.no_grad():
                codes = model.encode(torch.from_numpy(samples), 0, i).numpy()
            phases[f"pretrain {i + 1}"] = descend(model, codes, (i, i + 1), alone, f"pretrain {i + 1}")
    if recipe == "deep" and options["rbmEpochs"] > 0:
        for i in range(depth):
            with torch.no_grad():
                codes = model.encode(torch.from_numpy(samples), 0, i).numpy()
            rate = options["rbmCodeLearningRate" if i == depth - 1 else "rbmLearningRate"]
            own = {"epochs": options["rbmEpochs"], "learningRate": rate, "weightDecay": options["rbmWeightDecay"], "momentum": 0.9, "warmup": 0.1}
            alone = {**options, **own, "gibbsSteps": 1, "persistent": False}
            phases[f"pretrain {i + 1}"] = contrast(model, codes, i, alone, f"pretrain {i + 1}")
    if recipe == "rbm":
        phases["train"] = contrast(model, samples, 0, machine(options), "train")
    else:
        if recipe == "documents":
            options = {**options, "output": "softmax", "loss": "multinomial", "alpha": 0}
            model.options = options
        name = "train" if recipe in ("vanilla", "sparse", "denoising", "convolutional", "documents") else "fine-tune"
        phases[name] = descend(model, samples, (0, depth), options, name)
    norms = {name: float(f"{tensor.detach().norm().item():.9g}") for name, tensor in sorted(model.weights.tensors.items())}
    return {"phases": phases, "norms": norms}


def machine(options: dict) -> dict:
    """The options of a network that is one Boltzmann machine."""
    output = "sigmoid" if options["visible"] == "bernoulli" else "linear"
    return {**options, "activation": "sigmoid", "output": output, "init": "normal", "tied": True}


def main() -> None:
    cases = []
    for recipe, shape, note, options in CASES:
        result = train(recipe, shape, options)
        cases.append({"recipe": recipe, "note": note, "input": shape, "options": options, **result})
        print(recipe, note, *((name, losses[0], losses[-1]) for name, losses in result["phases"].items()))
    document = {
        "madeBy": f"test/golden/torch_recipes.py, torch {torch.__version__.split('+')[0]}, float64",
        "rows": ROWS,
        "seed": SEED,
        "cases": cases,
    }
    target = pathlib.Path(__file__).with_name("recipes.json")
    target.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {compact(v)}" for k, v in document.items()) + "\n}\n")


if __name__ == "__main__":
    main()
