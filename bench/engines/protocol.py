"""The engine's side of the line protocol, for engines in Python; protocol.js says what the lines mean."""

import json
import os
import sys
import time
from types import SimpleNamespace

LINES = os.fdopen(os.dup(1), 'w', buffering=1)
"""Where answers go. Whatever a library prints goes to standard error instead."""
os.dup2(2, 1)


def setting():
    """What this process was told: threads, backend."""
    return json.loads(sys.argv[2])


def materials():
    """The workload, and its files as numpy arrays: data and noisy [rows, width], order [rows], parameters by layer."""
    import numpy as np

    path = lambda name: os.path.join(sys.argv[1], name)
    with open(path('workload.json'), encoding='utf8') as file:
        described = json.load(file)
    workload = described['workload']
    weights = np.fromfile(path('parameters.f32'), np.float32)
    parameters, at = [], 0
    for shape in described['shapes']:
        size = int(np.prod(shape))
        parameters.append(weights[at : at + size].reshape(shape))
        at += size
    matrix = lambda name, dtype: np.fromfile(path(name), dtype).reshape(-1, workload['width'])
    return SimpleNamespace(
        workload=workload,
        folder=sys.argv[1],
        parameters=parameters,
        data=matrix('data.u8', np.uint8),
        noisy=matrix('noisy.f32', np.float32) if 'noise' in workload else None,
        order=np.fromfile(path('order.i32'), np.int32),
    )


def serve(open_engine):
    """Opens the engine, then answers calls until standard input ends; sleeps in between."""
    try:
        engine = open_engine()
    except ImportError as error:
        say({'absent': str(error)})
        return
    calls = [name for name in ('train', 'encode', 'matmul') if hasattr(engine, name)]
    say({'ready': {'version': engine.version, 'calls': calls}})
    for line in sys.stdin:
        request = json.loads(line)
        try:
            say({'result': getattr(engine, request.pop('call'))(**request)})
        except Exception as error:  # the runner decides what a failure means
            say({'failed': f'{type(error).__name__}: {error}'.splitlines()[0]})


def say(message):
    LINES.write(json.dumps(message) + '\n')


class SteppingEngine:
    """Training for engines that take steps when they are told to."""

    def reset(self, variant):
        """Back to the starting weights, to go on in this variant."""
        raise NotImplementedError

    def advance(self, start, count):
        """Takes `count` steps, of which `start` is the first, waits for them and gives the sum of their losses."""
        raise NotImplementedError

    def final_loss(self):
        """Loss of the first batch with the present weights."""
        raise NotImplementedError

    def train(self, steps, skip, variant):
        self.reset(variant)
        total = self.advance(0, skip)
        before = time.perf_counter()
        total += self.advance(skip, steps - skip)
        seconds = time.perf_counter() - before
        figures = {'meanLoss': total / steps, 'finalLoss': self.final_loss()}
        return {'timedSteps': steps - skip, 'seconds': seconds, 'figures': figures}


class EncodingEngine:
    """Passes over all samples, in runs of so many rows as the variant's last word says."""

    def codes(self, rows):
        """The codes of these rows of bytes, as a numpy array."""
        raise NotImplementedError

    def encode(self, steps, skip, variant):
        size = int(variant.split()[-1])
        for _ in range(skip):
            codes = self.encode_all(size)
        codes = None
        forget_peak()
        before = time.perf_counter()
        for _ in range(steps - skip):
            codes = self.encode_all(size)
        seconds = time.perf_counter() - before
        peak = peak_bytes()
        figures = {'meanCode': float(codes.mean(dtype='f8')), 'meanSquare': float((codes**2).mean(dtype='f8'))}
        return {'timedSteps': steps - skip, 'seconds': seconds, 'figures': figures, 'peakBytes': peak}

    def encode_all(self, size):
        import numpy as np

        width = self.workload['layers'][-1]['units']
        out = np.empty((len(self.samples), width), np.float32)
        for at in range(0, len(out), size):
            out[at : at + size] = self.codes(self.samples[at : at + size])
        return out


def forget_peak():
    """Linux: the peak of resident memory is counted from here."""
    if os.path.exists('/proc/self/clear_refs'):
        with open('/proc/self/clear_refs', 'w', encoding='utf8') as file:
            file.write('5')


def peak_bytes():
    """The peak of this process's resident memory, or None where the system does not say."""
    if not os.path.exists('/proc/self/status'):
        return None
    with open('/proc/self/status', encoding='utf8') as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith('VmHWM:'))


def matmul_rates(random, prepare, seconds):
    """Rates of large squares, and of the five products of a 784–256–784 step at batch 100.

    `random` makes a matrix of a shape; `prepare` makes of pairs of matrices a function that multiplies each and waits.
    """
    tasks = [(f'{n}×{n}×{n}', [(random(n, n), random(n, n))], 2 * n**3) for n in (1024, 2048)]
    x, w, v, h, o = random(100, 784), random(784, 256), random(256, 784), random(100, 256), random(100, 784)
    five = [(x, w), (h, v), (h.T, o), (o, v.T), (x.T, h)]
    tasks.append(('the five of a 784–256–784 step', five, 5 * 2 * 100 * 784 * 256))
    return [
        {'shape': shape, 'gflops': best_rate(prepare(pairs), flops, seconds / len(tasks))}
        for shape, pairs, flops in tasks
    ]


def best_rate(run, flops, seconds):
    """The best of many timings of `run`, as 10^9 operations a second."""
    run()
    best, end = float('inf'), time.perf_counter() + seconds
    while time.perf_counter() < end:
        before = time.perf_counter()
        run()
        best = min(best, time.perf_counter() - before)
    return flops / best / 1e9
