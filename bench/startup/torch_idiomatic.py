"""Diabolo's vanilla recipe as a PyTorch tutorial would have it: Dataset, DataLoader, Module, Adam, scheduler."""

import mnist
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

folder, epochs, threads, out = mnist.arguments()
torch.set_num_threads(threads)
torch.manual_seed(1)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.Linear(784, 256), nn.Linear(256, 784)
        for layer in (self.encoder, self.decoder):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        return torch.sigmoid(self.decoder(nn.functional.elu(self.encoder(x))))


def tensor(images):
    return torch.from_numpy(images.copy()).float() / 255


train = TensorDataset(tensor(mnist.images(folder, 'train')[mnist.VALIDATION :]))
validation, test = tensor(mnist.images(folder, 'train')[: mnist.VALIDATION]), tensor(mnist.images(folder, 't10k'))
loader = DataLoader(train, batch_size=mnist.BATCH, shuffle=True)
model, criterion = Autoencoder(), nn.MSELoss()
optimizer = torch.optim.Adam(model.parameters(), lr=mnist.RATE)
total = epochs * len(loader)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: mnist.rate_factor(step, total))
for epoch in range(epochs):
    running = 0.0
    for (x,) in loader:
        optimizer.zero_grad()
        loss = criterion(model(x), x)
        loss.backward()
        optimizer.step()
        schedule.step()
        running += loss.item()
    with torch.no_grad():
        criterion(model(validation), validation).item()
with torch.no_grad():
    mse = criterion(model(test), test).item()
torch.save(model.state_dict(), out)
mnist.report(running / len(loader), mse)
