"""PyTorch: a module, autograd and torch.optim.Adam, as one writes it."""

import protocol


class Torch(protocol.SteppingEngine):
    def __init__(self):
        import torch

        self.torch = torch
        self.version = torch.__version__
        options = protocol.setting()
        torch.set_num_threads(options['threads'])
        torch.set_flush_denormal(True)
        self.workload, data, order, parameters = protocol.materials()
        self.data, self.order = torch.from_numpy(data), torch.from_numpy(order)
        self.initial = [torch.from_numpy(values) for values in parameters]
        self.model = self.new_model()
        self.forward = torch.compile(self.batch_loss) if options.get('backend') == 'inductor' else self.batch_loss

    def new_model(self):
        nn = self.torch.nn
        layers, width = [], self.workload['width']
        for layer in self.workload['layers']:
            layers += [nn.Linear(width, layer['units']), nn.Sigmoid()]
            width = layer['units']
        return nn.Sequential(*layers)

    def reset(self, variant):
        with self.torch.no_grad():
            for mine, given in zip(self.model.parameters(), self.initial):
                mine.copy_(given.T if given.dim() == 2 else given)  # Linear keeps its weight as [units, in]
        adam = self.workload['adam']
        self.optimizer = self.torch.optim.Adam(
            self.model.parameters(),
            lr=adam['learningRate'],
            betas=(adam['beta1'], adam['beta2']),
            eps=adam['epsilon'],
            fused='fused' in variant,
        )

    def batch_loss(self, x):
        return self.torch.nn.functional.mse_loss(self.model(x), x)

    def batch(self, step):
        size = self.workload['batch']
        at = step * size % len(self.order)
        rows = self.data.index_select(0, self.order[at : at + size])
        return rows.to(self.torch.float32).mul_(self.workload['scale'])

    def advance(self, start, count):
        losses = self.torch.empty(count)
        for i in range(count):
            loss = self.forward(self.batch(start + i))
            self.optimizer.zero_grad()
            loss.backward()
            self.optimizer.step()
            losses[i] = loss.detach()
        return losses.double().sum().item()

    def final_loss(self):
        with self.torch.no_grad():
            return self.batch_loss(self.batch(0)).item()

    def matmul(self, seconds):
        torch = self.torch
        rates = []
        for n in (1024, 2048):
            a, b = torch.randn(n, n), torch.randn(n, n)
            rates.append((f'{n}×{n}×{n}', lambda a=a, b=b: a @ b, 2 * n**3))
        x, w, v = torch.randn(100, 784), torch.randn(784, 256), torch.randn(256, 784)
        h, o = torch.randn(100, 256), torch.randn(100, 784)
        step = lambda: (x @ w, h @ v, h.T @ o, o @ v.T, x.T @ h)
        rates.append(('the five of a 784–256–784 step', step, 5 * 2 * 100 * 784 * 256))
        return [
            {'shape': shape, 'gflops': protocol.best_rate(run, flops, seconds / len(rates))}
            for shape, run, flops in rates
        ]


protocol.serve(Torch)
