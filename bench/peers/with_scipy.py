"""FFTs, and deblurring with them, as a user of SciPy writes them."""

import numpy as np
import scipy
from scipy import fft

from common import TAU, THREADS, Case, complex_images, joined, load, stacked
from projections import CELLS, SIDE, joseph
from with_numpy import chambolle_pock


def versions():
    return {"scipy": scipy.__version__}


def fourier(folder):
    x = complex_images(folder)
    side = x.shape[-1]

    def run():
        forward = fft.fft2(x, workers=THREADS)
        return forward, fft.ifft2(forward, workers=THREADS)

    return Case(run, lambda: stacked(run()[0], run()[1] * side**2))


def real_fourier(folder):
    x = load(folder, "picture")

    def run():
        forward = fft.rfft2(x, workers=THREADS)
        return forward, fft.irfft2(forward, s=x.shape, workers=THREADS)

    return Case(run, lambda: joined(run()[0], run()[1] * x.size))


def deblur(folder):
    v, tau = load(folder, "v"), np.float32(TAU)
    gain = load(folder, "gain")[:, : v.shape[1] // 2 + 1]

    def prox(x):
        return fft.irfft2(gain * fft.rfft2(x + tau * v, workers=THREADS), s=v.shape, workers=THREADS)

    return chambolle_pock(v, 0.01, prox)


def projection(adjoint):
    def make(folder):
        matrix = joseph(folder)
        matrix = matrix.T.tocsr() if adjoint else matrix
        x = load(folder, "y" if adjoint else "x").ravel()
        shape = (SIDE, SIDE) if adjoint else (-1, CELLS)
        return Case(lambda: matrix @ x, lambda: (matrix @ x).reshape(shape))

    return make


def cases(_):
    ffts = {"fft-4x256": fourier, "fft-1x320": fourier, "rfft-512": real_fourier, "tv-deblur": deblur}
    return {**ffts, "xray": projection(False), "xray-adjoint": projection(True)}
