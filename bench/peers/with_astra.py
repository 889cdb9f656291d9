"""X-ray transforms as a user of the ASTRA toolbox runs them on the processor: its `linear` projector is Joseph's."""

import astra
import numpy as np

from common import Case, load
from projections import CELLS, SIDE


def versions():
    return {"astra": astra.__version__}


def product(adjoint):
    def make(folder):
        angles = load(folder, "angles")
        volume = astra.create_vol_geom(SIDE, SIDE)
        views = astra.create_proj_geom("parallel", 1.0, CELLS, angles)
        projector = astra.create_projector("linear", views, volume)
        x, y = load(folder, "x"), load(folder, "y")
        image = astra.data2d.create("-vol", volume, 0 if adjoint else x)
        sinogram = astra.data2d.create("-sino", views, y if adjoint else 0)
        settings = astra.astra_dict("BP" if adjoint else "FP")
        settings["ProjectorId"] = projector
        settings["ProjectionDataId"] = sinogram
        settings["ReconstructionDataId" if adjoint else "VolumeDataId"] = image
        algorithm = astra.algorithm.create(settings)

        def run():
            astra.algorithm.run(algorithm)

        def result():
            run()
            return np.array(astra.data2d.get(image if adjoint else sinogram))

        return Case(run, result)

    return make


def cases(_):
    return {"xray": product(False), "xray-adjoint": product(True)}
