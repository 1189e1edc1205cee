"""The workload's network over any library. What differs between libraries is a handful of operations:

images(x)           [batch, values] as [batch, 1 channel, height, width], or in the library's own order of axes
rows(x)             the reverse
dense(x, w, b, tied)  x w + b, or x wᵀ + b where tied
conv(x, w, b)       'same' padding
pool(x)             2 × 2 maxima, a last odd row by itself
resize(x, size)     output pixel i is input pixel ⌊i · from / to⌋
sigmoid(x), relu(x)
mse(y, t), cross_entropy(z, t)  means over all values, the latter of logits z
"""


def loss(ops, workload, parameters, noisy, clean):
    """The loss of a batch, both [batch, values]."""
    z = logits(ops, workload['layers'], parameters, noisy)
    return ops.cross_entropy(z, clean) if workload['loss'] == 'crossEntropy' else ops.mse(ops.sigmoid(z), clean)


def logits(ops, layers, parameters, x):
    """[batch, values] → what the last layer gives before the sigmoid, [batch, values]."""
    y = run(ops, layers, parameters, ops.images(x) if layers[0]['type'] == 'conv' else x)
    return ops.rows(y) if layers[0]['type'] == 'conv' else y


def run(ops, layers, parameters, y):
    """The layers one after another; the parameters are those of each layer in turn, weight before bias."""
    given, weights = iter(parameters), []
    for layer in layers:
        if layer['type'] == 'dense':
            tied = 'tied' in layer
            weights.append(weights[layer['tied']] if tied else next(given))
            y = ops.dense(y, weights[-1], next(given), tied)
        elif layer['type'] == 'conv':
            y = ops.conv(y, next(given), next(given))
        elif layer['type'] == 'pool':
            y = ops.pool(y)
        else:
            y = ops.resize(y, layer['size'])
        if layer.get('activation', 'linear') != 'linear':
            y = getattr(ops, layer['activation'])(y)
    return y


def nearest(size, to):
    """For each of `to` pixels, the one of `size` that it repeats."""
    return [i * size // to for i in range(to)]
