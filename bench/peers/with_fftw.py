"""FFTs by FFTW, planned by measuring, in place of nothing: the inverse is not normalised."""

import pyfftw

from common import THREADS, Case, complex_images, joined, load, stacked


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


def cases(_):
    return {"fft-4x256": fourier, "fft-1x320": fourier, "rfft-512": real_fourier}
