"""What a training script needs around its network: MNIST, Diabolo's vanilla recipe as numbers, a line of JSON at the end."""

import gzip
import json
import os
import sys

import numpy as np

BATCH, RATE, WARMUP = 100, 0.01, 0.1
VALIDATION = 5000


def arguments():
    """Folder of MNIST, epochs, threads, file for the weights."""
    folder, epochs, threads, out = sys.argv[1:5]
    return folder, int(epochs), int(threads), out


def images(folder, name):
    """uint8 [rows, 784]"""
    path = os.path.join(folder, f'{name}-images-idx3-ubyte')
    opened = gzip.open(path + '.gz') if os.path.exists(path + '.gz') else open(path, 'rb')
    with opened as file:
        return np.frombuffer(file.read(), np.uint8, offset=16).reshape(-1, 784)


def rate_factor(step, total):
    """A rise over the first tenth, then half a cosine."""
    rise = WARMUP * total
    if step < rise:
        return (step + 1) / (rise + 1)
    return (1 + np.cos(np.pi * (step - rise) / max(1, total - rise))) / 2


def report(loss, mse):
    print(json.dumps({'loss': loss, 'test': {'mse': mse}}))
