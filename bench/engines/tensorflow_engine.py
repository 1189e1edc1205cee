"""TensorFlow: GradientTape and its fused Adam in one tf.function, many steps a call, plain or compiled by XLA."""

import os

import network
import protocol

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '2')
import tensorflow as tf

CHUNK = 10
"""Steps in one call; what is left over is taken one by one."""


class Operations:
    """TensorFlow's; feature maps are [batch, height, width, channels]."""

    def __init__(self, image):
        self.image = image

    def images(self, x):
        return tf.reshape(x, [-1, *self.image, 1])

    def rows(self, x):
        return tf.reshape(x, [-1, self.image[0] * self.image[1]])

    def dense(self, x, weight, bias, tied):
        return tf.matmul(x, weight, transpose_b=tied) + bias

    def conv(self, x, weight, bias):
        return tf.nn.bias_add(tf.nn.conv2d(x, weight, 1, 'SAME'), bias)

    def pool(self, x):
        return tf.nn.max_pool2d(x, 2, 2, 'SAME')

    def resize(self, x, size):
        return tf.compat.v1.image.resize_nearest_neighbor(x, size)

    sigmoid = staticmethod(tf.sigmoid)
    relu = staticmethod(tf.nn.relu)

    def mse(self, y, t):
        return tf.reduce_mean(tf.math.squared_difference(y, t))

    def cross_entropy(self, z, t):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=t, logits=z))


class TensorFlow(protocol.SteppingEngine, protocol.EncodingEngine):
    version = tf.__version__

    def __init__(self):
        tf.config.threading.set_intra_op_parallelism_threads(protocol.setting()['threads'])
        tf.config.threading.set_inter_op_parallelism_threads(1)
        given = protocol.materials()
        self.workload, self.order, self.samples = given.workload, given.order, given.data
        self.ops = Operations(self.workload['image'])
        self.initial = [values.transpose(2, 3, 1, 0) if values.ndim == 4 else values for values in given.parameters]
        self.variables = [tf.Variable(values) for values in self.initial]
        training = self.workload['task'] == 'train'
        self.data = tf.constant(given.data) if training else None
        self.noisy = None if given.noisy is None else tf.constant(given.noisy)
        zeros = lambda: [tf.Variable(tf.zeros_like(values)) for values in self.initial]
        self.m, self.v, self.t = zeros(), zeros(), tf.Variable(0.0)
        self.forward = tf.function(self.code)
        self.runs = {
            variant: tf.function(self.steps, jit_compile='XLA' in variant)
            for variant in ('tf.function', 'tf.function, XLA')
        }

    def reset(self, variant):
        for variable, values in zip(self.variables, self.initial):
            variable.assign(values)
        for variable in (*self.m, *self.v, self.t):
            variable.assign(tf.zeros_like(variable))
        self.run = self.runs[variant]

    def batch_loss(self, rows):
        clean = tf.cast(tf.gather(self.data, rows), tf.float32) * self.workload['scale']
        noisy = clean if self.noisy is None else tf.gather(self.noisy, rows)
        return network.loss(self.ops, self.workload, self.variables, noisy, clean)

    def steps(self, batches):
        total = tf.constant(0.0)
        for i in tf.range(tf.shape(batches)[0]):
            with tf.GradientTape() as tape:
                loss = self.batch_loss(batches[i])
            self.descend(tape.gradient(loss, self.variables))
            total += loss
        return total

    def descend(self, gradients):
        adam = self.workload['adam']
        b1, b2 = adam['beta1'], adam['beta2']
        self.t.assign_add(1.0)
        power1, power2 = b1**self.t, b2**self.t
        # the kernel's ε is added before the bias correction of √v
        epsilon = adam['epsilon'] * tf.sqrt(1 - power2)
        for variable, m, v, gradient in zip(self.variables, self.m, self.v, gradients):
            tf.raw_ops.ResourceApplyAdam(
                var=variable.handle,
                m=m.handle,
                v=v.handle,
                beta1_power=power1,
                beta2_power=power2,
                lr=adam['learningRate'],
                beta1=b1,
                beta2=b2,
                epsilon=epsilon,
                grad=gradient,
            )

    def advance(self, start, count):
        batch = self.workload['batch']
        total, end = 0.0, start + count
        while start < end:
            trips = CHUNK if end - start >= CHUNK else 1
            rows = self.order[[i % len(self.order) for i in range(start * batch, (start + trips) * batch)]]
            total += float(self.run(tf.constant(rows.reshape(trips, batch))))
            start += trips
        return total

    def final_loss(self):
        return float(self.batch_loss(self.order[: self.workload['batch']]))

    def code(self, rows):
        x = tf.cast(rows, tf.float32) * self.workload['scale']
        return network.run(self.ops, self.workload['layers'], self.variables, x)

    def codes(self, rows):
        return self.forward(tf.constant(rows)).numpy()


protocol.serve(TensorFlow)
