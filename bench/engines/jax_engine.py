"""JAX: the whole step differentiated and jitted, Adam written out, the state donated; many steps in one lax.scan, or one
by one, because inside of a loop XLA computes convolutions on CPUs 25 times more slowly.
"""

import os

import network
import protocol

THREADS = protocol.setting()['threads']
if hasattr(os, 'sched_setaffinity'):  # XLA takes as many threads as it may use processors
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])
os.environ.setdefault('JAX_PLATFORMS', 'cpu')

CHUNK = 10
"""Steps in one compiled scan; what is left over is taken one by one."""


class Operations:
    """JAX's; feature maps are [batch, height, width, channels], which XLA's convolutions on CPUs are fastest with."""

    def __init__(self, jax, image):
        self.jax, self.jnp, self.image = jax, jax.numpy, image
        self.sigmoid, self.relu = jax.nn.sigmoid, jax.nn.relu

    def images(self, x):
        return x.reshape(-1, *self.image, 1)

    def rows(self, x):
        return x.reshape(len(x), -1)

    def dense(self, x, weight, bias, tied):
        return x @ (weight.T if tied else weight) + bias

    def conv(self, x, weight, bias):
        axes = ('NHWC', 'HWIO', 'NHWC')
        return self.jax.lax.conv_general_dilated(x, weight, (1, 1), 'SAME', dimension_numbers=axes) + bias

    def pool(self, x):
        # a maximum over two axes: its gradient is many times faster than that of a reduce_window
        batch, height, width, channels = x.shape
        x = self.jnp.pad(x, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), constant_values=-self.jnp.inf)
        return x.reshape(batch, (height + 1) // 2, 2, (width + 1) // 2, 2, channels).max((2, 4))

    def resize(self, x, size):
        # by broadcasting, or by a product with ones and zeros: the gradient of a gather is a slow scatter
        batch, height, width, channels = x.shape
        if size == [2 * height, 2 * width]:
            doubled = self.jnp.broadcast_to(x[:, :, None, :, None], (batch, height, 2, width, 2, channels))
            return doubled.reshape(batch, *size, channels)
        rows, columns = (
            self.jax.nn.one_hot(self.jnp.array(network.nearest(n, to)), n) for n, to in zip((height, width), size)
        )
        return self.jnp.einsum('ih,jw,bhwc->bijc', rows, columns, x)

    def mse(self, y, t):
        return self.jnp.mean((y - t) ** 2)

    def cross_entropy(self, z, t):
        return self.jnp.mean(self.jax.nn.softplus(z) - t * z)


class Jax(protocol.SteppingEngine, protocol.EncodingEngine):
    def __init__(self):
        import jax

        self.jax, self.jnp = jax, jax.numpy
        self.version = jax.__version__
        given = protocol.materials()
        self.workload, self.order, self.samples = given.workload, given.order, given.data
        self.ops = Operations(jax, self.workload['image'])
        self.initial = [values.transpose(2, 3, 1, 0) if values.ndim == 4 else values for values in given.parameters]
        self.stored = jax.device_put((given.data, given.noisy)) if self.workload['task'] == 'train' else None
        self.one = jax.jit(self.step, donate_argnums=0)
        self.scan = jax.jit(self.steps, donate_argnums=0)
        self.loss = jax.jit(self.batch_loss)
        self.forward = jax.jit(self.code)
        self.reset('')

    def reset(self, variant):
        self.chunk = CHUNK if 'scan' in variant else 1
        zeros = lambda: [self.jnp.zeros_like(values) for values in self.initial]
        self.state = ([self.jnp.array(values) for values in self.initial], zeros(), zeros(), self.jnp.float32(0))

    def batch(self, stored, rows):
        data, noisy = stored
        clean = data[rows].astype('float32') * self.workload['scale']
        return (clean if noisy is None else noisy[rows]), clean

    def batch_loss(self, parameters, noisy, clean):
        return network.loss(self.ops, self.workload, parameters, noisy, clean)

    def step(self, state, stored, rows):
        adam = self.workload['adam']
        rate, b1, b2, epsilon = adam['learningRate'], adam['beta1'], adam['beta2'], adam['epsilon']
        parameters, ms, vs, t = state
        loss, gradients = self.jax.value_and_grad(self.batch_loss)(parameters, *self.batch(stored, rows))
        t = t + 1
        ms = [b1 * m + (1 - b1) * g for m, g in zip(ms, gradients)]
        vs = [b2 * v + (1 - b2) * g * g for v, g in zip(vs, gradients)]
        size, root = rate / (1 - b1**t), self.jnp.sqrt(1 - b2**t)
        parameters = [p - size * m / (self.jnp.sqrt(v) / root + epsilon) for p, m, v in zip(parameters, ms, vs)]
        return (parameters, ms, vs, t), loss

    def steps(self, state, stored, batches):
        return self.jax.lax.scan(lambda state, rows: self.step(state, stored, rows), state, batches)

    def advance(self, start, count):
        batch = self.workload['batch']
        losses, end = [], start + count
        while start < end:
            trips = self.chunk if end - start >= self.chunk else 1
            at = start * batch % len(self.order)
            rows = self.order[at : at + trips * batch]
            if len(rows) < trips * batch:  # the chunk runs into the next epoch
                rows = self.jnp.concatenate([rows, self.order[: trips * batch - len(rows)]])
            run, rows = (self.scan, rows.reshape(trips, batch)) if trips > 1 else (self.one, rows)
            self.state, loss = run(self.state, self.stored, rows)
            losses.append(loss)
            start += trips
        self.jax.block_until_ready(self.state)
        return float(sum(loss.sum() for loss in losses))

    def final_loss(self):
        return float(self.loss(self.state[0], *self.batch(self.stored, self.order[: self.workload['batch']])))

    def code(self, parameters, rows):
        x = rows.astype('float32') * self.workload['scale']
        return network.run(self.ops, self.workload['layers'], parameters, x)

    def codes(self, rows):
        return self.forward(self.state[0], rows)

    def matmul(self, seconds):
        def prepare(pairs):
            products = self.jax.jit(lambda pairs: [a @ b for a, b in pairs])
            return lambda: self.jax.block_until_ready(products(pairs))

        random = lambda *shape: self.jax.random.normal(self.jax.random.key(len(shape)), shape)
        return protocol.matmul_rates(random, prepare, seconds)


protocol.serve(Jax)
