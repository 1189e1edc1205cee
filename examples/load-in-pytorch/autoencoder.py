"""A Diabolo autoencoder as a PyTorch module.

    diabolo export RUN --format safetensors         writes weights.safetensors
    diabolo reconstruct RUN --data DATA.npy --out again.npy
    python autoencoder.py weights.safetensors DATA.npy again.npy

prints the largest difference between PyTorch's reconstructions and Diabolo's. Needs torch and numpy; instead of `load_weights`,
`safetensors.torch.load_file` does as well. Layers other than `dense` are the reader's exercise: the spec in the file's
metadata says which there are, and their weights are in PyTorch's layouts.
"""

import json
import sys

import numpy
import torch
from torch import nn

ACTIVATIONS = {
    "linear": nn.Identity,
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "elu": nn.ELU,
    "softplus": nn.Softplus,
}


def load_weights(path):
    """Tensors by name, and the metadata: eight bytes for the header's length, the header in JSON, float32 values."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        values = numpy.frombuffer(file.read(), numpy.float32)
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, each in header.items():
        start, end = (offset // 4 for offset in each["data_offsets"])
        tensors[name] = torch.tensor(values[start:end]).reshape(each["shape"])
    return tensors, metadata


class Autoencoder(nn.Module):
    """Rows of values, as the model sees them (0 to 1 for images), to their reconstructions."""

    def __init__(self, spec):
        super().__init__()
        width = int(numpy.prod(spec["input"]))
        self.encoder, width = self.layers(spec["encoder"], width)
        self.decoder, _ = self.layers(spec["decoder"], width)
        names = [layer["activation"] for layer in spec["encoder"] + spec["decoder"]]
        self.activations = [ACTIVATIONS[name]() for name in names]
        self.output = ACTIVATIONS[spec["output"]]()

    @staticmethod
    def layers(specs, width):
        layers = nn.ModuleList()
        for spec in specs:
            if spec["type"] != "dense":
                raise ValueError(f"this example knows dense layers only, not {spec['type']}")
            layers.append(nn.Linear(width, spec["units"]))
            width = spec["units"]
        return layers, width

    def forward(self, x):
        for layer, activation in zip([*self.encoder, *self.decoder], self.activations):
            x = activation(layer(x))
        return self.output(x)


if __name__ == "__main__":
    weights, metadata = load_weights(sys.argv[1])
    model = Autoencoder(json.loads(metadata["diabolo.spec"]))
    model.load_state_dict(weights)
    samples, expected = (numpy.load(path) for path in sys.argv[2:4])
    scale = json.loads(metadata["diabolo.stored"])["scale"] if samples.dtype == numpy.uint8 else 1
    x = torch.tensor(samples.reshape(len(samples), -1).astype(numpy.float32) * numpy.float32(scale))
    with torch.no_grad():
        again = model(x).numpy()
    print(f"largest difference {abs(again - expected.reshape(again.shape)).max():.3g}")
