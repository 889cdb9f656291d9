"""Total variation by scikit-image: Chambolle's projection of 2004, so its last iterate is a little another; and its
filtered back-projection, which interpolates views where ours continues them by their Fourier series."""

import numpy as np
import skimage
from skimage.restoration import denoise_tv_chambolle
from skimage.transform import iradon

from common import ITERATIONS, Case, load


def versions():
    return {"scikit-image": skimage.__version__}


def denoise(folder):
    y = load(folder, "y")

    def run():
        return denoise_tv_chambolle(y, weight=0.1, eps=0, max_num_iter=ITERATIONS)

    return Case(run, run)


def filtered_backprojection(folder):
    views, angles = load(folder, "sinogram").T, np.rad2deg(load(folder, "half_turn"))

    def run():
        return iradon(views, theta=angles, output_size=511, filter_name="ramp", circle=False)

    return Case(run, lambda: run().ravel())


def cases(_):
    return {"tv-denoise": denoise, "operator-filtered-backprojection": filtered_backprojection}
