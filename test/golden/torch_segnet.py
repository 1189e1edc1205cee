"""Max-unpooling and the training steps of "segnet", by PyTorch in float64: what test/train/segnet.test.ts is held to.

    python3 test/golden/torch_segnet.py

needs numpy and torch, takes seconds, and writes test/golden/segnet.json. Weights, orders and data come from the seed as in
torch_recipes.py; the class of a pixel is a quarter of the range of bytes in which its first channel lies.
"""

import json
import math
import pathlib

import numpy
import torch
from seeded import Rng, permutation
from torch.nn import functional as F
from torch_recipes import BATCH, NONLINEARITIES, ROWS, SEED, Weights, data
from torch_trajectory import compact, stream

CLASSES = 4

SHARED = {"batchSize": BATCH, "schedule": "constant", "warmup": 0, "optimizer": "adam", "init": "he", "activation": "relu"}
OPTIONS = {**SHARED, "epochs": 10, "kernel": 3, "noise": 0, "classes": CLASSES, "learningRate": 0.005}

CASES = [
    ("indices, two poolings, odd sizes", [9, 7, 3], {**OPTIONS, "filters": [6, 5], "unpool": "indices"}),
    ("indices, three poolings", [16, 8, 1], {**OPTIONS, "filters": [5, 4, 6], "unpool": "indices", "activation": "elu"}),
    ("repeated pixels", [9, 7, 3], {**OPTIONS, "filters": [6, 5], "unpool": "resize"}),
]


class SegNet:
    """Convolution and pooling for each entry of `filters`; unpooling, or repeating, and convolution back."""

    def __init__(self, shape: list, options: dict) -> None:
        self.height, self.width, self.channels = shape
        self.options, self.weights = options, Weights(options["init"])
        self.activation = NONLINEARITIES[options["activation"]]
        self.filters = options["filters"]

    def convolve(self, x: torch.Tensor, name: str, count: int, k: int) -> torch.Tensor:
        channels = x.shape[1]
        weight = self.weights.weight(f"{name}.weight", (count, channels, k, k), channels * k * k, count * k * k)
        before, after = (k - 1) // 2, k - 1 - (k - 1) // 2
        return F.conv2d(F.pad(x, (before, after, before, after)), weight, self.weights.bias(f"{name}.bias", count))

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """[n, classes, height, width]"""
        x = x.reshape(-1, self.height, self.width, self.channels).permute(0, 3, 1, 2)
        k, pools = self.options["kernel"], []
        for i, count in enumerate(self.filters):
            x = self.convolve(x, f"encoder.{2 * i}", count, k)
            size = x.shape[2:]
            full = F.pad(x, (0, size[1] % 2, 0, size[0] % 2), value=-math.inf)
            x, indices = F.max_pool2d(full, 2, return_indices=True)
            pools.append((size, full.shape[2:], indices))
            x = self.activation(x)
        for layer, i in enumerate(reversed(range(len(self.filters)))):
            size, full, indices = pools[i]
            if self.options["unpool"] == "indices":
                x = F.max_unpool2d(x, indices, 2, output_size=full)[:, :, : size[0], : size[1]]
            else:
                x = F.interpolate(x, size=size, mode="nearest")
            x = self.activation(self.convolve(x, f"decoder.{2 * layer + 1}", self.filters[max(0, i - 1)], k))
        return self.convolve(x, f"decoder.{2 * len(self.filters)}", self.options["classes"], 1)


def train(shape: list, options: dict) -> dict:
    samples = data(shape)
    maps = (numpy.rint(samples * 255).astype(numpy.int64) // 64).reshape(ROWS, *shape)[..., 0]
    model = SegNet(shape, options)
    model.logits(torch.from_numpy(samples[:1]))
    optimizer = torch.optim.Adam(list(model.weights.tensors.values()), lr=options["learningRate"])
    losses = []
    for epoch in range(1, options["epochs"] + 1):
        order = permutation(ROWS, Rng(SEED, "order", "train", epoch))
        for start in range(0, ROWS, BATCH):
            picked = order[start : start + BATCH]
            loss = F.cross_entropy(model.logits(torch.from_numpy(samples[picked])), torch.from_numpy(maps[picked]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(float(f"{loss.item():.9g}"))
    norms = {name: float(f"{tensor.detach().norm().item():.9g}") for name, tensor in sorted(model.weights.tensors.items())}
    with torch.no_grad():
        told = model.logits(torch.from_numpy(samples)).argmax(1)
    return {"losses": losses, "norms": norms, "right": int((told.numpy() == maps).sum())}


def unpoolings() -> list:
    """Whole numbers with many ties, pooled, and other numbers put back where PyTorch found the maxima."""
    cases = []
    for number, (shape, window) in enumerate([([2, 3, 4, 6], 2), ([1, 2, 6, 9], 3), ([2, 1, 8, 4], 4), ([1, 2, 7, 5], 2)]):
        x = torch.from_numpy((stream(10 + number, math.prod(shape)) % 3).astype(numpy.float64).reshape(shape))
        y, indices = F.max_pool2d(x, window, return_indices=True)
        values = torch.from_numpy(1.0 + (stream(20 + number, y.numel()) % 9).astype(numpy.float64).reshape(y.shape))
        out = F.max_unpool2d(values, indices, window, output_size=shape[2:])
        flat = lambda tensor: tensor.to(torch.int64).flatten().tolist()
        cases.append({"shape": shape, "window": window, "x": flat(x), "values": flat(values), "out": flat(out)})
    return cases


def main() -> None:
    cases = []
    for note, shape, options in CASES:
        result = train(shape, options)
        cases.append({"note": note, "input": shape, "options": options, **result})
        print(note, result["losses"][0], result["losses"][-1], result["right"])
    document = {
        "madeBy": f"test/golden/torch_segnet.py, torch {torch.__version__.split('+')[0]}, float64",
        "rows": ROWS,
        "seed": SEED,
        "classes": CLASSES,
        "unpoolings": unpoolings(),
        "cases": cases,
    }
    target = pathlib.Path(__file__).with_name("segnet.json")
    target.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {compact(v)}" for k, v in document.items()) + "\n}\n")


if __name__ == "__main__":
    main()
