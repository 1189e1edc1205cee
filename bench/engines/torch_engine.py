"""PyTorch: autograd and torch.optim.Adam, as one writes it."""

import network
import protocol
import torch
from torch.nn import functional


class Operations:
    """PyTorch's; a dense weight is kept as Linear keeps it, [units, in]."""

    def __init__(self, layout, image):
        self.layout, self.image = layout, image

    def images(self, x):
        return x.view(-1, 1, *self.image).contiguous(memory_format=self.layout)

    def rows(self, x):
        return x.flatten(1)

    def dense(self, x, weight, bias, tied):
        return functional.linear(x, weight.t() if tied else weight, bias)

    def conv(self, x, weight, bias):
        return functional.conv2d(x, weight, bias, padding='same')

    def pool(self, x):
        return functional.max_pool2d(x, 2, ceil_mode=True)

    def resize(self, x, size):
        return functional.interpolate(x, size=tuple(size), mode='nearest')

    sigmoid = staticmethod(torch.sigmoid)
    relu = staticmethod(torch.relu)
    mse = staticmethod(functional.mse_loss)
    cross_entropy = staticmethod(functional.binary_cross_entropy_with_logits)


class Torch(protocol.SteppingEngine, protocol.EncodingEngine):
    def __init__(self):
        self.version = torch.__version__
        options = protocol.setting()
        torch.set_num_threads(options['threads'])
        torch.set_flush_denormal(True)
        given = protocol.materials()
        self.workload, self.initial = given.workload, given.parameters
        self.samples = given.data
        self.data, self.order = torch.from_numpy(given.data), torch.from_numpy(given.order)
        self.noisy = None if given.noisy is None else torch.from_numpy(given.noisy)
        compiled = options.get('backend') == 'inductor'
        self.loss = torch.compile(self.batch_loss) if compiled else self.batch_loss
        self.forward = torch.compile(self.code) if compiled else self.code
        self.reset('')

    def reset(self, variant):
        layout = torch.channels_last if 'channels last' in variant else torch.contiguous_format
        self.ops = Operations(layout, self.workload['image'])
        self.parameters = [self.place(values, layout) for values in self.initial]
        adam = self.workload['adam']
        self.optimizer = torch.optim.Adam(
            self.parameters,
            lr=adam['learningRate'],
            betas=(adam['beta1'], adam['beta2']),
            eps=adam['epsilon'],
            fused='fused' in variant,
        )

    def place(self, values, layout):
        tensor = torch.from_numpy(values)
        if tensor.dim() == 2:
            tensor = tensor.t()
        memory = layout if tensor.dim() == 4 else torch.contiguous_format
        return tensor.clone(memory_format=memory).requires_grad_()

    def batch_loss(self, parameters, noisy, clean):
        return network.loss(self.ops, self.workload, parameters, noisy, clean)

    def batch(self, step):
        size = self.workload['batch']
        at = step * size % len(self.order)
        rows = self.order[at : at + size]
        clean = self.data.index_select(0, rows).to(torch.float32).mul_(self.workload['scale'])
        return (clean if self.noisy is None else self.noisy.index_select(0, rows)), clean

    def advance(self, start, count):
        losses = torch.empty(count)
        for i in range(count):
            loss = self.loss(self.parameters, *self.batch(start + i))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses[i] = loss.detach()
        return losses.double().sum().item()

    def final_loss(self):
        with torch.no_grad():
            return self.batch_loss(self.parameters, *self.batch(0)).item()

    def code(self, parameters, rows):
        return network.run(self.ops, self.workload['layers'], parameters, rows.to(torch.float32) * self.workload['scale'])

    def codes(self, rows):
        with torch.inference_mode():
            return self.forward(self.parameters, torch.from_numpy(rows)).numpy()

    def matmul(self, seconds):
        return protocol.matmul_rates(torch.randn, lambda pairs: lambda: [a @ b for a, b in pairs], seconds)


protocol.serve(Torch)
