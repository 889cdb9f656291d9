"""DnCNN by DeepInverse."""

import deepinv
import torch

from common import THREADS, Case, conv_layers, load
from with_torch import parameters, pictures

torch.set_num_threads(THREADS)


def versions():
    return {"deepinv": deepinv.__version__, "torch": torch.__version__}


def dncnn(folder):
    y = pictures(load(folder, "y")[None])
    model = deepinv.models.DnCNN(in_channels=1, out_channels=1, depth=17, bias=True, nf=64, pretrained=None)
    layers = [model.in_conv, *model.conv_list, model.out_conv]
    with torch.no_grad():
        for layer, (w, b) in zip(layers, parameters(folder, "N", conv_layers(17)), strict=True):
            layer.weight.copy_(w)
            layer.bias.copy_(b)
        # its residual is added, not subtracted
        model.out_conv.weight.neg_()
        model.out_conv.bias.neg_()

    @torch.no_grad()
    def run():
        return model(y, 0.0)

    return Case(run, lambda: run().numpy().squeeze())


def cases(_):
    return {"dncnn": dncnn}
