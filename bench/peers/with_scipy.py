"""FFTs, deblurring and MRI with them, and sparse matrices, as a user of SciPy writes them."""

import numpy as np
import scipy
from scipy import fft
from scipy.sparse import csr_matrix

from common import TAU, THREADS, Case, complex_array, complex_images, gram, joined, load, sparse_parts, stacked
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


def transforms(axes):
    settings = {"axes": axes, "norm": "ortho", "workers": THREADS}
    return lambda x: fft.fftn(x, **settings), lambda y: fft.ifftn(y, **settings)


def operator_fourier(name, axes):
    return lambda folder: gram(*transforms(axes), complex_array(folder, name))


def operator_radial(folder):
    spokes = load(folder, "spokes")
    forth, back = transforms((0, 1))
    return gram(lambda x: spokes * forth(x), lambda y: back(spokes * y), complex_array(folder, "field"))


def operator_coils(folder):
    maps, lines = complex_array(folder, "coil_maps"), load(folder, "lines")[..., None]
    forth, back = transforms((0, 1))
    conjugate = maps.conj()

    def adjoint(y):
        return (conjugate * back(lines * y)).sum(axis=-1)

    return gram(lambda x: lines * forth(maps * x[..., None]), adjoint, complex_array(folder, "coil_image"))


def operator_multiplier(folder):
    x, d = load(folder, "image"), load(folder, "other")
    opposite = np.roll(d[::-1, ::-1], 1, axis=(0, 1))
    half = ((d + opposite) / 2)[:, : d.shape[1] // 2 + 1]

    def apply(x):
        return fft.irfft2(half * fft.rfft2(x, workers=THREADS), s=x.shape, workers=THREADS)

    return gram(apply, apply, x)


def operator_circular(folder):
    x, kernel = load(folder, "image"), load(folder, "large_disk")
    middle = kernel.shape[0] // 2
    around = np.zeros_like(x)
    around[: kernel.shape[0], : kernel.shape[1]] = kernel
    response = fft.rfft2(np.roll(around, (-middle, -middle), axis=(0, 1)))
    conjugate = response.conj()

    def filtered(by):
        return lambda x: fft.irfft2(by * fft.rfft2(x, workers=THREADS), s=x.shape, workers=THREADS)

    return gram(filtered(response), filtered(conjugate), x)


def operator_sparse(folder):
    matrix = csr_matrix(sparse_parts(folder))
    turned = matrix.T.tocsr()
    return gram(lambda x: matrix @ x, lambda y: turned @ y, load(folder, "vector"))


OPERATORS = {
    "operator-fourier": operator_fourier("field", (0, 1)),
    "operator-fourier-3d": operator_fourier("complex_volume", (0, 1, 2)),
    "operator-fourier-radial": operator_radial,
    "operator-fourier-coils": operator_coils,
    "operator-fourier-multiplier": operator_multiplier,
    "operator-blur-circular": operator_circular,
    "operator-sparse": operator_sparse,
}


def cases(_):
    ffts = {"fft-4x256": fourier, "fft-1x320": fourier, "rfft-512": real_fourier, "tv-deblur": deblur}
    return {**ffts, **OPERATORS, "xray": projection(False), "xray-adjoint": projection(True)}
