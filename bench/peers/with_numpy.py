"""Cases as a user of NumPy writes them."""

import numpy as np

from common import ITERATIONS, LAYERS, TAU, Case, complex_images, joined, load, momentum_sequence, stacked


def versions():
    return {"numpy": np.__version__}


def soft(v, theta):
    return np.sign(v) * np.maximum(np.abs(v) - theta, 0)


def lista(batch):
    def make(folder):
        w1, w2, theta = (load(folder, f"lista.{name}") for name in ("W1", "W2", "theta"))
        y = load(folder, "y1" if batch == 1 else "y")

        def run():
            x = soft(y @ w1[0].T, theta[0])
            for k in range(1, LAYERS):
                x = soft(y @ w1[k].T + x @ w2[k].T, theta[k])
            return x

        return Case(run, run)

    return make


def fista(batch):
    def make(folder):
        a, step = load(folder, "A"), np.float32(1 / load(folder, "L"))
        y = load(folder, "y1" if batch == 1 else "y")
        theta = np.float32(0.1 * step)
        factors = np.float32(momentum_sequence())

        def run():
            x = z = np.zeros((*y.shape[:-1], a.shape[1]), np.float32)
            for factor in factors:
                before = x
                x = soft(z - step * ((z @ a.T - y) @ a), theta)
                z = x + factor * (x - before)
            return x

        return Case(run, run)

    return make


def gradient(x):
    d = np.zeros((*x.shape, 2), x.dtype)
    d[:-1, :, 0] = x[1:] - x[:-1]
    d[:, :-1, 1] = x[:, 1:] - x[:, :-1]
    return d


def gradient_adjoint(p):
    x = np.zeros(p.shape[:-1], p.dtype)
    x[1:] += p[:-1, :, 0]
    x[:-1] -= p[:-1, :, 0]
    x[:, 1:] += p[:, :-1, 1]
    x[:, :-1] -= p[:, :-1, 1]
    return x


def chambolle_pock(start, bound, prox):
    tau = np.float32(TAU)

    def run():
        x = xb = start
        p = np.zeros((*start.shape, 2), np.float32)
        for _ in range(ITERATIONS):
            p = p + tau * gradient(xb)
            p /= np.maximum(1, np.sqrt((p * p).sum(-1, keepdims=True)) / np.float32(bound))
            before = x
            x = prox(x - tau * gradient_adjoint(p))
            xb = 2 * x - before
        return x

    return Case(run, run)


def denoise(folder):
    y, tau = load(folder, "y"), np.float32(TAU)
    return chambolle_pock(y, 0.1, lambda v: (v + tau * y) / (1 + tau))


def fourier(folder):
    x = complex_images(folder)
    side = x.shape[-1]

    def run():
        forward = np.fft.fft2(x)
        return forward, np.fft.ifft2(forward)

    return Case(run, lambda: stacked(run()[0], run()[1] * side**2))


def real_fourier(folder):
    x = load(folder, "picture")

    def run():
        forward = np.fft.rfft2(x)
        return forward, np.fft.irfft2(forward, s=x.shape)

    def result():
        forward, back = run()
        return joined(forward.astype(np.complex64), back.astype(np.float32) * x.size)

    return Case(run, result)


def threshold(folder):
    x, g = load(folder, "x"), load(folder, "g")
    t, theta = np.float32(0.5), np.float32(0.3)

    def run():
        return soft(x - t * g, theta)

    return Case(run, run)


def product(folder):
    a, b = load(folder, "a"), load(folder, "b")
    out = np.empty_like(a)

    def run():
        return np.matmul(a, b, out=out)

    return Case(run, run)


def cases(_):
    return {
        "sgemm": product,
        "lista-64": lista(64),
        "lista-1": lista(1),
        "fista-64": fista(64),
        "fista-1": fista(1),
        "tv-denoise": denoise,
        "fft-4x256": fourier,
        "fft-1x320": fourier,
        "rfft-512": real_fourier,
        "soft": threshold,
    }
