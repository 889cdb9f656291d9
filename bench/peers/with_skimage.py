"""Total variation by scikit-image: Chambolle's projection of 2004, so its last iterate is a little another."""

import skimage
from skimage.restoration import denoise_tv_chambolle

from common import ITERATIONS, Case, load


def versions():
    return {"scikit-image": skimage.__version__}


def denoise(folder):
    y = load(folder, "y")

    def run():
        return denoise_tv_chambolle(y, weight=0.1, eps=0, max_num_iter=ITERATIONS)

    return Case(run, run)


def cases(_):
    return {"tv-denoise": denoise}
