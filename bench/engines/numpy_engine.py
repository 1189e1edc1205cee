"""NumPy: what one writes without a library for networks; for encoding only."""

import network
import numpy as np
import protocol


class Operations:
    def dense(self, x, weight, bias, tied):
        y = x @ (weight.T if tied else weight)
        y += bias
        return y

    def sigmoid(self, x):
        np.exp(np.negative(x, out=x), out=x)
        x += 1
        return np.reciprocal(x, out=x)


class NumPy(protocol.EncodingEngine):
    version = np.__version__

    def __init__(self):
        given = protocol.materials()
        self.workload, self.samples, self.parameters = given.workload, given.data, given.parameters

    def codes(self, rows):
        x = rows * np.float32(self.workload['scale'])
        return network.run(Operations(), self.workload['layers'], self.parameters, x)


protocol.serve(NumPy)
