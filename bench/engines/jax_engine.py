"""JAX: the whole step differentiated and jitted, many steps in one lax.scan, Adam written out; the state is donated."""

import os

import protocol

THREADS = protocol.setting()['threads']
if hasattr(os, 'sched_setaffinity'):  # XLA takes as many threads as it may use processors
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
os.environ.setdefault('JAX_PLATFORMS', 'cpu')

CHUNK = 50
"""Steps in one compiled scan; what is left over is taken one by one."""


class Jax(protocol.SteppingEngine):
    def __init__(self):
        import jax

        self.jax = jax
        self.version = jax.__version__
        self.workload, data, self.order, self.initial = protocol.materials()
        self.data = jax.device_put(data)
        self.scan = jax.jit(self.steps, donate_argnums=0)
        self.loss = jax.jit(self.batch_loss)
        self.reset()
        self.advance(0, CHUNK + 1)  # compiles both lengths that are ever asked for

    def reset(self, _=None):
        parameters = [self.jax.numpy.array(values) for values in self.initial]
        zeros = [self.jax.numpy.zeros_like(values) for values in parameters]
        self.state = (parameters, zeros, [self.jax.numpy.zeros_like(values) for values in parameters], self.jax.numpy.float32(0))

    def load(self, data, rows):
        return data[rows].astype('float32') * self.workload['scale']

    def batch_loss(self, parameters, x):
        y = x
        for weight, bias in zip(parameters[::2], parameters[1::2]):
            y = self.jax.nn.sigmoid(y @ weight + bias)
        return self.jax.numpy.mean((y - x) ** 2)

    def steps(self, state, data, rows):
        adam = self.workload['adam']
        rate, b1, b2, epsilon = adam['learningRate'], adam['beta1'], adam['beta2'], adam['epsilon']

        def step(state, rows):
            parameters, ms, vs, t = state
            loss, gradients = self.jax.value_and_grad(self.batch_loss)(parameters, self.load(data, rows))
            t = t + 1
            ms = [b1 * m + (1 - b1) * g for m, g in zip(ms, gradients)]
            vs = [b2 * v + (1 - b2) * g * g for v, g in zip(vs, gradients)]
            size, root = rate / (1 - b1**t), self.jax.numpy.sqrt(1 - b2**t)
            parameters = [
                p - size * m / (self.jax.numpy.sqrt(v) / root + epsilon) for p, m, v in zip(parameters, ms, vs)
            ]
            return (parameters, ms, vs, t), loss

        return self.jax.lax.scan(step, state, rows)

    def advance(self, start, count):
        batch = self.workload['batch']
        total, end = 0.0, start + count
        while start < end:
            trips = CHUNK if end - start >= CHUNK else 1
            at = start * batch % len(self.order)
            rows = self.order[at : at + trips * batch]
            if len(rows) < trips * batch:  # the chunk runs into the next epoch
                rows = self.jax.numpy.concatenate([rows, self.order[: trips * batch - len(rows)]])
            self.state, losses = self.scan(self.state, self.data, rows.reshape(trips, batch))
            total += float(losses.sum())
            start += trips
        self.jax.block_until_ready(self.state)
        return total

    def final_loss(self):
        x = self.load(self.data, self.order[: self.workload['batch']])
        return float(self.loss(self.state[0], x))

    def matmul(self, seconds):
        random = lambda *shape: self.jax.random.normal(self.jax.random.key(len(shape)), shape)
        product = self.jax.jit(lambda a, b: a @ b)
        rates = []
        for n in (1024, 2048):
            a, b = random(n, n), random(n, n)
            rates.append((f'{n}×{n}×{n}', lambda a=a, b=b: product(a, b).block_until_ready(), 2 * n**3))
        x, w, v = random(100, 784), random(784, 256), random(256, 784)
        h, o = random(100, 256), random(100, 784)
        five = self.jax.jit(lambda x, w, v, h, o: (x @ w, h @ v, h.T @ o, o @ v.T, x.T @ h))
        step = lambda: self.jax.block_until_ready(five(x, w, v, h, o))
        rates.append(('the five of a 784–256–784 step', step, 5 * 2 * 100 * 784 * 256))
        return [
            {'shape': shape, 'gflops': protocol.best_rate(run, flops, seconds / len(rates))}
            for shape, run, flops in rates
        ]


protocol.serve(Jax)
