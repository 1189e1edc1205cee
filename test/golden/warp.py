"""Images moved by affine maps, by PyTorch in float64: what test/data/images/warp.test.ts is held to.

    python3 test/golden/warp.py

needs numpy and torch, and writes test/golden/warp.json. Images are rows of stream 1 of torch_trajectory.py, value / 2**32.
"""

import json
import pathlib

import numpy
import torch
from torch.nn import functional as F
from torch_trajectory import compact, stream

SHAPES = [(7, 5, 1), (6, 9, 3)]

MAPS = [
    {"xx": 1, "xy": 0, "yx": 0, "yy": 1, "x0": 0, "y0": 0},
    {"xx": 1, "xy": 0, "yx": 0, "yy": 1, "x0": 0.25, "y0": -1.5},
    {"xx": 0.9, "xy": -0.3, "yx": 0.2, "yy": 1.1, "x0": 0.1, "y0": 0.4},
    {"xx": -1.6, "xy": 0.7, "yx": 0.5, "yy": 2, "x0": -3, "y0": 2.2},
]


def moved(image: numpy.ndarray, m: dict) -> numpy.ndarray:
    height, width, _ = image.shape
    dy, dx = numpy.meshgrid(*(numpy.arange(n) - (n - 1) / 2 for n in (height, width)), indexing="ij")
    u = m["xx"] * dx + m["xy"] * dy + m["x0"]
    v = m["yx"] * dx + m["yy"] * dy + m["y0"]
    grid = numpy.stack([2 * u / (width - 1), 2 * v / (height - 1)], axis=-1)
    found = F.grid_sample(
        torch.from_numpy(image.transpose(2, 0, 1)[None]),
        torch.from_numpy(grid[None]),
        mode="bicubic",
        padding_mode="border",
        align_corners=True,
    )
    return found[0].numpy().transpose(1, 2, 0)


def main() -> None:
    cases = []
    for shape in SHAPES:
        image = (stream(1, int(numpy.prod(shape))) / 2**32).reshape(shape)
        for affine in MAPS:
            values = [float(f"{x:.12g}") for x in moved(image, affine).ravel()]
            cases.append({"shape": shape, "affine": affine, "values": values})
    document = {"madeBy": f"test/golden/warp.py, torch {torch.__version__.split('+')[0]}, float64", "cases": cases}
    target = pathlib.Path(__file__).with_name("warp.json")
    target.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {compact(v)}" for k, v in document.items()) + "\n}\n")


if __name__ == "__main__":
    main()
