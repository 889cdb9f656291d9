"""FISTA by PyLops."""

import numpy as np
import pylops
from pylops.optimization.sparsity import fista

from common import ITERATIONS, Case, load


def versions():
    return {"pylops": pylops.__version__}


def solve(folder):
    a, y = load(folder, "A"), load(folder, "y1")
    step = float(1 / load(folder, "L"))
    operator = pylops.MatrixMult(a, dtype=np.float32)

    def run():
        # eps counts twice in its objective: |Ax - y|^2/2 + eps |x|_1 thresholds by eps*alpha/2
        return fista(operator, y, niter=ITERATIONS, eps=0.2, alpha=step, tol=0, show=False)[0]

    return Case(run, run)


def cases(_):
    return {"fista-1": solve}
