"""Diabolo's seeded randomness once more, from its description in src/base/random.ts, src/nn/corruption.ts and
src/nn/initializers.ts: with it another system can start from the same weights, see the same orders and the same noise."""

import math

import numpy
import torch

MASK = 0xFFFFFFFF
BANK_ROWS = 2048


def rotl(x: int, by: int) -> int:
    return ((x << by) | (x >> (32 - by))) & MASK


def state_of(seed: int, path: tuple) -> list:
    h = 0x9747B28C

    def mix(word: int) -> None:
        nonlocal h
        h ^= (rotl((word & MASK) * 0xCC9E2D51 & MASK, 15) * 0x1B873593) & MASK
        h = (rotl(h, 13) * 5 + 0xE6546B64) & MASK

    for key in (seed, *path):
        if isinstance(key, int):
            mix(key)
            mix(key >> 32)
        else:
            for letter in key:
                mix(ord(letter))
            mix(~len(key))
    words = []
    for i in range(4):
        mix(i)
        w = h
        w = ((w ^ (w >> 16)) * 0x85EBCA6B) & MASK
        w = ((w ^ (w >> 13)) * 0xC2B2AE35) & MASK
        words.append(w ^ (w >> 16))
    return words


class Rng:
    """xoshiro128** (Blackman & Vigna 2018), keyed by a seed and a path."""

    def __init__(self, seed: int, *path) -> None:
        self.state = state_of(seed, path)
        self.spare = None

    def uint32(self) -> int:
        a, b, c, d = self.state
        result = (rotl((b * 5) & MASK, 7) * 9) & MASK
        t = (b << 9) & MASK
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= t
        self.state = [a, b, c, rotl(d, 11)]
        return result

    def uniform(self) -> float:
        return self.uint32() / 2**32

    def normal(self) -> float:
        if self.spare is not None:
            value, self.spare = self.spare, None
            return value
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        angle = 2 * math.pi * self.uniform()
        self.spare = radius * math.sin(angle)
        return radius * math.cos(angle)

    def below(self, bound: int) -> int:
        while True:
            product = self.uint32() * bound
            if product % 2**32 >= 2**32 % bound:
                return product >> 32


def permutation(length: int, random: Rng) -> list:
    order = list(range(length))
    for i in range(length - 1, 0, -1):
        j = random.below(i + 1)
        order[i], order[j] = order[j], order[i]
    return order


def initial(init: str, shape: tuple, fan_in: int, fan_out: int, random: Rng, deviation: float = 1.0) -> numpy.ndarray:
    """float32 starting weights, by the initialiser's name."""
    count = math.prod(shape)
    if init == "glorot":
        limit = math.sqrt(6 / (fan_in + fan_out))
        values = [limit * (2 * random.uniform() - 1) for _ in range(count)]
    else:
        sigma = math.sqrt(2 / fan_in) if init == "he" else deviation
        values = [sigma * random.normal() for _ in range(count)]
    return numpy.array(values, dtype=numpy.float32).reshape(shape)


class Noise:
    """What each sample is corrupted with: the sum of two rows of a bank, chosen by seed, epoch and sample."""

    def __init__(self, kind: str, strength: float, fresh: bool, spare: float, width: int, seed: int, clip: bool = True) -> None:
        self.clip = clip
        gaussian = kind == "gaussian"
        random = Rng(seed, "noise", "train", "normal" if gaussian else "uniform")
        draw = random.normal if gaussian else random.uniform
        self.bank = numpy.array([draw() for _ in range(BANK_ROWS * width)], dtype=numpy.float32).reshape(-1, width)
        self.kind, self.strength, self.fresh, self.spare, self.seed = kind, strength, fresh, spare, seed

    def corrupt(self, x: numpy.ndarray, epoch: int, sample: int) -> numpy.ndarray:
        if self.spare > 0 and Rng(self.seed, "spare", epoch, sample).uniform() < self.spare:
            return x
        random = Rng(self.seed, "rows", epoch if self.fresh else 0, sample)
        first, second = random.below(BANK_ROWS), random.below(BANK_ROWS)
        total = (self.bank[first] + self.bank[second]).astype(numpy.float64)
        if self.kind == "gaussian":
            noise = self.strength * total / math.sqrt(2)
            # what is not clipped may be a code, a tensor with a gradient
            return numpy.clip(x + noise, 0, 1) if self.clip else x + torch.from_numpy(noise)
        u = total % 1
        if self.kind == "masking":
            return numpy.where(u > self.strength, x, 0)
        if self.kind == "saltAndPepper":
            return numpy.where(u < self.strength / 2, 0, numpy.where(u > 1 - self.strength / 2, 1, x))
        return self.strength * x * 2 * u + (1 - self.strength) * x


class Turns:
    """What units of a restricted Boltzmann machine are drawn with: for each chain and turn the sum of two rows of a bank."""

    def __init__(self, hidden: str, units: int, phase: str, persistent: bool, seed: int) -> None:
        random = Rng(seed, "gibbs", phase)
        draw = random.uniform if hidden == "sigmoid" else random.normal
        self.bank = numpy.array([draw() for _ in range(BANK_ROWS * units)], dtype=numpy.float32).reshape(-1, units)
        self.hidden, self.phase, self.persistent, self.seed = hidden, phase, persistent, seed

    def chains(self, samples: list, epoch: int, step: int, count: int) -> list:
        """One generator for each chain; it is asked for two rows at every turn."""
        if self.persistent:
            return [Rng(self.seed, "chain", self.phase, step, row) for row in range(count)]
        return [Rng(self.seed, "turns", self.phase, epoch, sample) for sample in samples]

    def draw(self, mean: numpy.ndarray, chains: list) -> numpy.ndarray:
        total = numpy.stack([self.bank[r.below(BANK_ROWS)] + self.bank[r.below(BANK_ROWS)] for r in chains])
        total = total.astype(numpy.float64)
        return (total % 1 < mean).astype(numpy.float64) if self.hidden == "sigmoid" else mean + total / math.sqrt(2)
