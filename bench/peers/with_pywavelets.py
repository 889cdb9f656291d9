"""Wavelets, and inpainting with them, by PyWavelets."""

import numpy as np
import pywt

from common import ITERATIONS, LEVELS, WAVELET, Case, gram, load, momentum_sequence


def versions():
    return {"PyWavelets": pywt.__version__}


def analyse(picture):
    return pywt.wavedec2(picture, WAVELET, mode="periodization", level=LEVELS)


def inpainting(folder):
    mask, y = load(folder, "mask"), load(folder, "y")
    theta = np.float32(0.02)
    factors = np.float32(momentum_sequence())
    _, slices = pywt.coeffs_to_array(analyse(y))

    def synthesise(array):
        parts = pywt.array_to_coeffs(array, slices, output_format="wavedec2")
        return pywt.waverec2(parts, WAVELET, mode="periodization")

    def run():
        x = z = np.zeros_like(y)
        for factor in factors:
            before = x
            residual = mask * (mask * synthesise(z) - y)
            v = z - pywt.coeffs_to_array(analyse(residual))[0]
            x = pywt.threshold(v, theta, mode="soft")
            z = x + factor * (x - before)
        return x

    return Case(run, run)


def pair(folder):
    x = load(folder, "x")

    def run():
        coefficients = analyse(x)
        return coefficients, pywt.waverec2(coefficients, WAVELET, mode="periodization")

    def result():
        coefficients, picture = run()
        return np.stack([pywt.coeffs_to_array(coefficients)[0], picture])

    return Case(run, result)


def operator(name, wavelet, levels):
    """Coefficients in one array, as other libraries have them."""

    def make(folder):
        x = load(folder, name)
        settings = {"wavelet": wavelet, "mode": "periodization"}
        _, slices = pywt.coeffs_to_array(pywt.wavedecn(x, level=levels, **settings))

        def apply(x):
            return pywt.coeffs_to_array(pywt.wavedecn(x, level=levels, **settings))[0]

        def adjoint(y):
            return pywt.waverecn(pywt.array_to_coeffs(y, slices, output_format="wavedecn"), **settings)

        return gram(apply, adjoint, x)

    return make


def cases(_):
    return {
        "inpainting": inpainting,
        "wavelet-256": pair,
        "operator-wavelet": operator("image", "db4", 4),
        "operator-wavelet-3d": operator("volume", "sym4", 3),
    }
