"""FFTs by FFTW, planned by measuring, in place of nothing: the inverse is not normalised."""

import numpy as np
import pyfftw

from common import THREADS, Case, complex_array, complex_images, flat, joined, load, stacked


def versions():
    return {"pyfftw": pyfftw.__version__, "fftw": pyfftw.fftw_version}


def fourier(folder):
    x = complex_images(folder)
    a, b, c = (pyfftw.empty_aligned(x.shape, "complex64") for _ in range(3))
    settings = {"axes": (1, 2), "threads": THREADS, "flags": ("FFTW_MEASURE",)}
    forward = pyfftw.FFTW(a, b, **settings)
    inverse = pyfftw.FFTW(b, c, direction="FFTW_BACKWARD", **{**settings, "flags": ("FFTW_MEASURE", "FFTW_DESTROY_INPUT")})
    a[:] = x

    def run():
        forward.execute()
        inverse.execute()

    def result():
        forward.execute()
        transformed = b.copy()
        inverse.execute()
        return stacked(transformed, c)

    return Case(run, result)


def real_fourier(folder):
    x = load(folder, "picture")
    half = (x.shape[0], x.shape[1] // 2 + 1)
    a, c = (pyfftw.empty_aligned(x.shape, "float32") for _ in range(2))
    b = pyfftw.empty_aligned(half, "complex64")
    settings = {"axes": (0, 1), "threads": THREADS, "flags": ("FFTW_MEASURE",)}
    forward = pyfftw.FFTW(a, b, **settings)
    inverse = pyfftw.FFTW(b, c, direction="FFTW_BACKWARD", **{**settings, "flags": ("FFTW_MEASURE", "FFTW_DESTROY_INPUT")})
    a[:] = x

    def run():
        forward.execute()
        inverse.execute()

    def result():
        forward.execute()
        transformed = b.copy()
        inverse.execute()
        return joined(transformed, c)

    return Case(run, result)


def operator_fourier(name):
    """Both transforms, whose factors are left to the comparison."""

    def make(folder):
        x = complex_array(folder, name)
        root = np.sqrt(x.size)
        a, b, c = (pyfftw.empty_aligned(x.shape, "complex64") for _ in range(3))
        axes = tuple(range(x.ndim))
        forward = pyfftw.FFTW(a, b, axes, threads=THREADS, flags=("FFTW_MEASURE",))
        flags = ("FFTW_MEASURE", "FFTW_DESTROY_INPUT")
        inverse = pyfftw.FFTW(b, c, axes, "FFTW_BACKWARD", flags, THREADS)
        a[:] = x

        def run():
            forward.execute()
            inverse.execute()

        def result():
            forward.execute()
            transformed = b / root
            inverse.execute()
            return np.concatenate([flat(transformed), flat(c / x.size)])

        return Case(run, result)

    return make


def cases(_):
    return {
        "fft-4x256": fourier,
        "fft-1x320": fourier,
        "rfft-512": real_fourier,
        "operator-fourier": operator_fourier("field"),
        "operator-fourier-3d": operator_fourier("complex_volume"),
    }
