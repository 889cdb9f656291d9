"""Total variation by ODL's Chambolle-Pock."""

import numpy as np
import odl

from common import ITERATIONS, TAU, Case, load


def versions():
    return {"odl": odl.__version__}


def denoise(folder):
    y = load(folder, "y")
    space = odl.uniform_discr([0, 0], y.shape, y.shape, dtype="float32")
    gradient = odl.Gradient(space, method="forward", pad_mode="symmetric")
    data = space.element(y)
    fidelity = 0.5 * odl.functionals.L2NormSquared(space).translated(data)
    penalty = 0.1 * odl.functionals.GroupL1Norm(gradient.range)

    def run():
        x = data.copy()
        odl.solvers.pdhg(x, fidelity, penalty, gradient, ITERATIONS, tau=TAU, sigma=TAU)
        return x

    return Case(run, lambda: np.asarray(run().data))


def cases(_):
    return {"tv-denoise": denoise}
