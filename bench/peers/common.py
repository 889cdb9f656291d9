"""What the peers share: the data of cases, and what a case is."""

import os
from dataclasses import dataclass, field
from typing import Any, Callable

import numpy as np

THREADS = int(os.environ.get("BENCH_THREADS", "2"))
ITERATIONS = 200
LAYERS = 16
TAU = 0.99 / np.sqrt(8)
WAVELET = "sym4"
LEVELS = 3


@dataclass
class Case:
    """A case that is ready: `run` once, and the array that is compared. Both end when the result is there."""

    run: Callable[[], Any]
    result: Callable[[], np.ndarray]
    notes: dict = field(default_factory=dict)


def load(folder, name):
    return np.load(os.path.join(folder, name + ".npy"))


def network(folder, prefix, layers):
    """The layers of a network of bench/programs: pairs of filter [kh, kw, c, out] and bias."""
    return [
        (load(folder, f"{prefix}.{layer}.filter"), load(folder, f"{prefix}.{layer}.bias"))
        for layer in layers
    ]


def unet_layers():
    down = [f"{place}.conv{i}" for place in ("down1", "down2", "bottom") for i in (1, 2)]
    up = [f"{place}.{layer}" for place in ("up2", "up1") for layer in ("upconv1", "conv1", "conv2")]
    return [*down, *up, "conv1"]


def conv_layers(depth):
    return [f"conv{i}" for i in range(1, depth + 1)]


def momentum_sequence():
    """(old s - 1)/s of FISTA, for each iteration."""
    s, factors = 1.0, []
    for _ in range(ITERATIONS):
        before, s = s, (1 + np.sqrt(1 + 4 * s * s)) / 2
        factors.append((before - 1) / s)
    return factors


def joined(spectrum, picture):
    """The result of a case of real FFTs: the half spectrum as pairs of reals, and what comes back over the side."""
    side = picture.shape[-1]
    pairs = np.ascontiguousarray(spectrum).view(np.float32)
    return np.concatenate([pairs.ravel(), np.asarray(picture).ravel() / side])


def stacked(forward, back):
    """The result of an FFT case: the transform, and what comes back over the side, as pairs of reals."""
    side = forward.shape[-1]
    pairs = [np.ascontiguousarray(a).astype(np.complex64).view(np.float32).ravel() for a in (forward, back / side)]
    return np.stack(pairs)


def complex_images(folder):
    return load(folder, "pairs").view(np.complex64)[..., 0]


def flat(array):
    """An array as the results of operators are compared: one axis, complex numbers as pairs."""
    array = np.ascontiguousarray(array)
    kept = np.complex64 if np.iscomplexobj(array) else np.float32
    return array.astype(kept, copy=False).view(np.float32).ravel()


def gram(apply, adjoint, x):
    """A'A x; the result is A x, and A'A x behind it."""

    def result():
        y = apply(x)
        return np.concatenate([flat(y), flat(adjoint(y))])

    return Case(lambda: adjoint(apply(x)), result)


def complex_array(folder, name):
    return load(folder, name).view(np.complex64)[..., 0]


IN_A_ROW = 16


def sparse_parts(folder):
    """Of the sparse matrix by rows: entries, columns, and where rows begin."""
    entries, columns = load(folder, "entries"), load(folder, "columns").astype(np.int32)
    return entries, columns, np.arange(0, entries.size + 1, IN_A_ROW, dtype=np.int32)
