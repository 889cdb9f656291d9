"""Trains a small DnCNN (Zhang, Zuo, Chen, Meng, Zhang, 2017) in PyTorch and writes it as an ONNX file.

Run: python train_dncnn.py IMAGES.npy dncnn.onnx (torch, onnx). The images [count, rows, columns] are in [0, 1]; noise
of standard deviation 0.05 is added, and the network predicts it. There are no biases, so that the denoiser commutes
with scaling (Mohan, Kadkhodaie, Simoncelli, Fernandez-Granda, 2020).
"""

import sys

import numpy
import torch
import torch.nn as nn
import torch.nn.functional as F

DEPTH, WIDTH, SIGMA, STEPS, BATCH = 5, 16, 0.05, 1000, 8


class DnCnn(nn.Module):
    def __init__(self):
        super().__init__()
        layers = [nn.Conv2d(1, WIDTH, 3, padding=1, bias=False), nn.ReLU()]
        for _ in range(DEPTH - 2):
            layers += [nn.Conv2d(WIDTH, WIDTH, 3, padding=1, bias=False), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Conv2d(WIDTH, 1, 3, padding=1, bias=False))

    def forward(self, noisy):
        return noisy - self.layers(noisy)


def main():
    images_path, onnx_path = sys.argv[1:]
    torch.manual_seed(0)
    images = torch.tensor(numpy.load(images_path), dtype=torch.float32)[:, None]
    network = DnCnn()
    optimiser = torch.optim.Adam(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, STEPS)
    for step in range(STEPS):
        clean = images[torch.randint(len(images), (BATCH,))]
        loss = F.mse_loss(network(clean + SIGMA * torch.randn_like(clean)), clean)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        if (step + 1) % 250 == 0:
            print(f"step {step + 1}: {-10 * torch.log10(loss).item():.2f} dB")
    torch.onnx.export(network.eval(), (images[:1],), onnx_path, dynamo=False, opset_version=17)


main()
