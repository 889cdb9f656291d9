"""Cases as a user of PyTorch writes them, eager (`torch`) or compiled (`torch.compile`)."""

import numpy as np
import torch
import torch.nn.functional as F
from scipy.sparse import csr_matrix

from common import ITERATIONS, LAYERS, TAU, THREADS, Case, complex_images, conv_layers, flat, load
from common import joined, momentum_sequence, network, sparse_parts, stacked, unet_layers
from projections import CELLS, SIDE, joseph
from wavelets import Wavelet

torch.set_num_threads(THREADS)


def versions():
    return {"torch": torch.__version__}


def tensor(folder, name):
    return torch.from_numpy(load(folder, name))


def soft(v, theta):
    return v - torch.clamp(v, -theta, theta)


def pictures(array):
    """[batch, h, w] as images in channels_last."""
    return torch.from_numpy(array).unsqueeze(1).contiguous(memory_format=torch.channels_last)


def parameters(folder, prefix, names):
    """Filters as [out, c, kh, kw] in channels_last, and biases."""
    return [
        (
            torch.from_numpy(w).permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last),
            torch.from_numpy(b),
        )
        for w, b in network(folder, prefix, names)
    ]


def stack(u, layers):
    for w, b in layers[:-1]:
        u = torch.relu(F.conv2d(u, w, b, padding=1))
    return F.conv2d(u, *layers[-1], padding=1)


def inference(make_run):
    """A case of a function that computes one array without gradients."""

    def make(folder):
        run = torch.no_grad()(make_run(folder))
        return Case(run, lambda: run().numpy().squeeze())

    return make


class Torch:
    def __init__(self, compiled):
        self.compiled = (lambda f: torch.compile(f)) if compiled else (lambda f: f)

    def lista_weights(self, folder):
        w1, w2, theta = (tensor(folder, f"lista.{name}") for name in ("W1", "W2", "theta"))
        return list(w1), list(w2), list(theta)

    def lista(self, batch):
        def make(folder):
            weights = self.lista_weights(folder)
            y = tensor(folder, "y1" if batch == 1 else "y")

            @self.compiled
            def network_(y, w1, w2, theta):
                x = soft(F.linear(y, w1[0]), theta[0])
                for k in range(1, LAYERS):
                    x = soft(F.linear(y, w1[k]) + F.linear(x, w2[k]), theta[k])
                return x

            return lambda: network_(y, *weights)

        return inference(make)

    def training(self, leaves, loss, rate, after=lambda: None):
        """Steps of Adam; the result are the losses of five."""
        for leaf in leaves:
            leaf.requires_grad_()
        optimiser = torch.optim.Adam(leaves, lr=rate, fused=True)
        loss = self.compiled(loss)

        def run():
            optimiser.zero_grad()
            value = loss()
            value.backward()
            optimiser.step()
            with torch.no_grad():
                after()
            return value

        return Case(run, lambda: np.array([run().item() for _ in range(5)]))

    def lista_train(self, folder):
        w1, w2, theta = self.lista_weights(folder)
        y, target = tensor(folder, "y"), tensor(folder, "x")
        leaves = [leaf.clone() for leaf in [*w1, *w2, *theta]]
        w1, w2, theta = (leaves[LAYERS * i : LAYERS * (i + 1)] for i in range(3))

        def loss():
            x = soft(F.linear(y, w1[0]), theta[0])
            for k in range(1, LAYERS):
                x = soft(F.linear(y, w1[k]) + F.linear(x, w2[k]), theta[k])
            return ((x - target) ** 2).sum(1).mean()

        return self.training(leaves, loss, 1e-4, lambda: torch._foreach_clamp_min_(theta, 1e-6))

    def lista_cp_train(self, folder):
        a, y, target = (tensor(folder, name) for name in ("A", "y", "x"))
        w = [leaf.clone() for leaf in tensor(folder, "lista_cp.W")]
        theta = [leaf.clone() for leaf in tensor(folder, "lista_cp.theta")]

        def loss():
            x = soft(F.linear(y, w[0]), theta[0])
            for k in range(1, LAYERS):
                x = soft(x + F.linear(y - F.linear(x, a), w[k]), theta[k])
            return ((x - target) ** 2).sum(1).mean()

        return self.training([*w, *theta], loss, 1e-4, lambda: torch._foreach_clamp_min_(theta, 1e-6))

    def fista(self, batch):
        def make(folder):
            a, step = tensor(folder, "A"), float(1 / load(folder, "L"))
            y = tensor(folder, "y1" if batch == 1 else "y")
            factors = torch.tensor(momentum_sequence(), dtype=torch.float32)

            @self.compiled
            def iterate(x, z, factor):
                new = soft(z - step * ((F.linear(z, a) - y) @ a), 0.1 * step)
                return new, new + factor * (new - x)

            def run():
                x = z = torch.zeros(*y.shape[:-1], a.shape[1])
                for factor in factors:
                    x, z = iterate(x, z, factor)
                return x

            return run

        return inference(make)

    def inpainting(self, folder):
        mask, y = tensor(folder, "mask"), tensor(folder, "y")
        factors = torch.tensor(momentum_sequence(), dtype=torch.float32)
        wavelet = Wavelet(torch.cat, torch.stack)

        @self.compiled
        def iterate(x, z, factor):
            residual = mask * (mask * wavelet.synthesise(z) - y)
            new = soft(z - wavelet.analyse(residual), 0.02)
            return new, new + factor * (new - x)

        def run():
            x = z = torch.zeros_like(y)
            for factor in factors:
                x, z = iterate(x, z, factor)
            return x

        return run

    def chambolle_pock(self, start, bound, prox):
        @self.compiled
        def iterate(x, xb, p0, p1):
            q0 = p0 + TAU * F.pad(xb[1:] - xb[:-1], (0, 0, 0, 1))
            q1 = p1 + TAU * F.pad(xb[:, 1:] - xb[:, :-1], (0, 1))
            scale = torch.clamp(torch.sqrt(q0 * q0 + q1 * q1) / bound, min=1)
            q0, q1 = q0 / scale, q1 / scale
            adjoint = F.pad(q0[:-1], (0, 0, 1, 0)) - q0 + F.pad(q1[:, :-1], (1, 0)) - q1
            new = prox(x - TAU * adjoint)
            return new, 2 * new - x, q0, q1

        def run():
            x = xb = start
            p0 = p1 = torch.zeros_like(start)
            for _ in range(ITERATIONS):
                x, xb, p0, p1 = iterate(x, xb, p0, p1)
            return x

        return run

    def denoise(self, folder):
        y = tensor(folder, "y")
        return self.chambolle_pock(y, 0.1, lambda v: (v + TAU * y) / (1 + TAU))

    def deblur(self, folder):
        v = tensor(folder, "v")
        gain = tensor(folder, "gain")[:, : v.shape[1] // 2 + 1].contiguous()
        return self.chambolle_pock(
            v, 0.01, lambda x: torch.fft.irfft2(gain * torch.fft.rfft2(x + TAU * v), s=v.shape)
        )

    def fourier(self, folder):
        x = torch.from_numpy(complex_images(folder))
        side = x.shape[-1]

        def run():
            forward = torch.fft.fft2(x)
            return forward, torch.fft.ifft2(forward)

        def result():
            forward, back = run()
            return stacked(forward.numpy(), back.numpy() * side**2)

        return Case(run, result)

    def real_fourier(self, folder):
        x = tensor(folder, "picture")

        def run():
            forward = torch.fft.rfft2(x)
            return forward, torch.fft.irfft2(forward, s=x.shape)

        def result():
            forward, back = run()
            return joined(forward.numpy(), back.numpy() * x.numel())

        return Case(run, result)

    def unet_train(self, folder):
        y, target = pictures(load(folder, "y")), pictures(load(folder, "x"))
        layers = parameters(folder, "N", unet_layers())
        leaves = [leaf for layer in layers for leaf in layer]

        def pair(u, first, second):
            return torch.relu(F.conv2d(torch.relu(F.conv2d(u, *first, padding=1)), *second, padding=1))

        def loss():
            c1, c2, c3, c4, c5, c6, u1, c7, c8, u2, c9, c10, c11 = zip(leaves[::2], leaves[1::2])
            fine = pair(y, c1, c2)
            middle = pair(F.max_pool2d(fine, 2), c3, c4)
            coarse = pair(F.max_pool2d(middle, 2), c5, c6)
            up = pair(torch.cat([middle, F.conv_transpose2d(coarse, *u1, stride=2)], 1), c7, c8)
            up = pair(torch.cat([fine, F.conv_transpose2d(up, *u2, stride=2)], 1), c9, c10)
            return ((F.conv2d(up, *c11) - target) ** 2).mean()

        return self.training(leaves, loss, 1e-4)

    def dncnn(self, folder):
        y = pictures(load(folder, "y")[None])
        layers = parameters(folder, "N", conv_layers(17))
        denoise = self.compiled(lambda u: u - stack(u, layers))
        return lambda: denoise(y)

    def de_prox(self, folder):
        a = tensor(folder, "weights")
        y, target = pictures(load(folder, "y")), pictures(load(folder, "x"))
        layers = parameters(folder, "D", conv_layers(5))
        eta = tensor(folder, "eta")
        leaves = [eta, *(leaf for layer in layers for leaf in layer)]
        for leaf in leaves:
            leaf.requires_grad_()
        notes = {}

        @self.compiled
        def step(x):
            u = x - eta * a * (a * x - y)
            return u - stack(u, layers)

        def run():
            with torch.no_grad():
                z, notes["forward"] = anderson(step, a * y, lambda r, x: r <= 1e-5 * x)
            z.requires_grad_()
            image = step(z)
            loss = ((image - target) ** 2).mean()
            (c,) = torch.autograd.grad(loss, image, retain_graph=True)
            size = c.flatten(1).norm(dim=1)

            def pulled(w):
                return c + torch.autograd.grad(image, z, w, retain_graph=True)[0]

            w, notes["backward"] = anderson(pulled, c, lambda r, _: r <= 1e-5 * size)
            return torch.autograd.grad(image, leaves, w)

        def result():
            gradients = run()
            return gradients[5].permute(2, 3, 1, 0).numpy()

        return Case(run, result, notes)

    def threshold(self, folder):
        x, g = tensor(folder, "x"), tensor(folder, "g")
        step = self.compiled(lambda x, g: F.softshrink(x - 0.5 * g, 0.3))
        return lambda: step(x, g)

    def product(self, folder):
        a, b = tensor(folder, "a"), tensor(folder, "b")
        out = torch.empty_like(a)
        return lambda: torch.matmul(a, b, out=out)

    def triad(self, folder):
        a, b = tensor(folder, "a"), tensor(folder, "b")
        out = torch.empty_like(a)
        return lambda: torch.add(a, b, alpha=0.5, out=out)


def anderson(f, x, ends, memory=5, ridge=1e-8, most=200):
    """Type II for each sample, on differences, as runtime/solve/anderson.ts has it; gives the point and the count."""
    ridge = max(ridge, 10 * 2.0**-24)
    shape = x.shape
    x = x.contiguous(memory_format=torch.channels_last)
    xs, rs, before = [], [], None
    for count in range(1, most + 1):
        r = f(x) - x
        if ends(r.flatten(1).norm(dim=1), x.flatten(1).norm(dim=1)).all():
            break
        if before is not None:
            xs = [*xs, x - before[0]][-memory:]
            rs = [*rs, r - before[1]][-memory:]
        before = (x, r)
        new = x + r
        if rs:
            columns = torch.stack(rs, 1).flatten(2)
            gram = columns @ columns.transpose(1, 2)
            scale = gram.diagonal(dim1=1, dim2=2).clamp_min(1e-30).rsqrt()
            matrix = gram * scale[:, :, None] * scale[:, None, :] + ridge * torch.eye(len(rs))
            right = (columns @ r.flatten(1)[:, :, None]) * scale[:, :, None]
            weights = torch.linalg.solve(matrix.double(), right.double()).float()[..., 0] * scale
            for k, (dx, dr) in enumerate(zip(xs, rs)):
                new = new - weights[:, k, None, None, None] * (dx + dr)
        x = new
    return x.view(shape), count


def projection(adjoint):
    """A product with the stored matrix, or with the stored transposed one, which is faster than a transposed product."""

    def make_run(folder):
        matrix = joseph(folder)
        matrix = matrix.T.tocsr() if adjoint else matrix
        parts = (torch.from_numpy(part) for part in (matrix.indptr, matrix.indices, matrix.data))
        stored = torch.sparse_csr_tensor(*parts, size=matrix.shape)
        x = tensor(folder, "y" if adjoint else "x").ravel()
        shape = (SIDE, SIDE) if adjoint else (-1, CELLS)
        return lambda: (stored @ x).view(shape)

    return inference(make_run)


def operator(make):
    """A'A x of the A, A' and x that `make` gives."""

    def prepared(folder):
        apply, adjoint, x = make(folder)
        run = torch.no_grad()(lambda: adjoint(apply(x)))

        @torch.no_grad()
        def result():
            y = apply(x)
            return np.concatenate([flat(part.resolve_conj().numpy()) for part in (y, adjoint(y))])

        return Case(run, result)

    return prepared


def complex_tensor(folder, name):
    return torch.view_as_complex(tensor(folder, name))


def operator_mask(folder):
    mask = tensor(folder, "mask")
    return lambda x: mask * x, lambda y: mask * y, tensor(folder, "image")


def operator_dense(folder):
    matrix = tensor(folder, "matrix")
    return lambda x: matrix @ x, lambda y: matrix.T @ y, tensor(folder, "vector")


def operator_sparse(folder):
    matrix = csr_matrix(sparse_parts(folder))
    forth, back = (
        torch.sparse_csr_tensor(*map(torch.from_numpy, (each.indptr, each.indices, each.data)), each.shape)
        for each in (matrix, matrix.T.tocsr())
    )
    return lambda x: forth @ x, lambda y: back @ y, tensor(folder, "vector")


def operator_fourier(name):
    def make(folder):
        x = complex_tensor(folder, name)
        return lambda x: torch.fft.fftn(x, norm="ortho"), lambda y: torch.fft.ifftn(y, norm="ortho"), x

    return make


def operator_coils(folder):
    maps = complex_tensor(folder, "coil_maps")

    def adjoint(y):
        return (maps.conj() * y).sum(dim=-1)

    return lambda x: maps * x[..., None], adjoint, complex_tensor(folder, "coil_image")


def operator_blur(folder):
    """Cross-correlation, as the kernel is symmetric."""
    kernel = tensor(folder, "gaussian_kernel")[None, None]
    half = kernel.shape[-1] // 2

    def apply(x):
        return F.conv2d(x, kernel, padding=half)

    return apply, apply, tensor(folder, "image")[None, None]


OPERATORS = {
    "operator-mask": operator_mask,
    "operator-dense": operator_dense,
    "operator-sparse": operator_sparse,
    "operator-fourier": operator_fourier("field"),
    "operator-fourier-3d": operator_fourier("complex_volume"),
    "operator-coils": operator_coils,
    "operator-blur-zero": operator_blur,
}


def cases(peer):
    of = Torch(peer == "torch.compile")
    both = {
        "lista-cp-train": of.lista_cp_train,
        "lista-train": of.lista_train,
        "lista-64": of.lista(64),
        "lista-1": of.lista(1),
        "fista-64": of.fista(64),
        "fista-1": of.fista(1),
        "inpainting": inference(of.inpainting),
        "tv-denoise": inference(of.denoise),
        "tv-deblur": inference(of.deblur),
        "unet-train": of.unet_train,
        "dncnn": inference(of.dncnn),
        "de-prox": of.de_prox,
        "soft": inference(of.threshold),
    }
    if peer == "torch.compile":
        return both
    eager = {"sgemm": inference(of.product), "triad": inference(of.triad)}
    eager = {**eager, **{name: operator(make) for name, make in OPERATORS.items()}}
    eager = {**eager, "xray": projection(False), "xray-adjoint": projection(True)}
    return {**both, **eager, "fft-4x256": of.fourier, "fft-1x320": of.fourier, "rfft-512": of.real_fourier}
