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


def fan(folder):
    """Forward and back by lines of zero width, the projector that ASTRA has for fans on the processor."""
    volume = astra.create_vol_geom(SIDE, SIDE)
    views = astra.create_proj_geom("fanflat", 1.5, CELLS, load(folder, "whole_turn"), 1000, 500)
    projector = astra.create_projector("line_fanflat", views, volume)
    image = astra.data2d.create("-vol", volume, load(folder, "image"))
    sinogram = astra.data2d.create("-sino", views)
    back = astra.data2d.create("-vol", volume)
    forward = astra.astra_dict("FP")
    forward["ProjectorId"], forward["ProjectionDataId"], forward["VolumeDataId"] = projector, sinogram, image
    backward = astra.astra_dict("BP")
    backward["ProjectorId"], backward["ProjectionDataId"] = projector, sinogram
    backward["ReconstructionDataId"] = back
    algorithms = [astra.algorithm.create(forward), astra.algorithm.create(backward)]

    def run():
        for algorithm in algorithms:
            astra.algorithm.run(algorithm)

    def result():
        run()
        return np.concatenate([astra.data2d.get(part).ravel() for part in (sinogram, back)])

    return Case(run, result)


def filtered_backprojection(folder):
    views = load(folder, "sinogram")
    volume = astra.create_vol_geom(511, 511)
    geometry = astra.create_proj_geom("parallel", 1.0, CELLS, load(folder, "half_turn"))
    image = astra.data2d.create("-vol", volume)
    settings = astra.astra_dict("FBP")
    settings["ProjectorId"] = astra.create_projector("linear", geometry, volume)
    settings["ProjectionDataId"] = astra.data2d.create("-sino", geometry, views)
    settings["ReconstructionDataId"] = image
    settings["option"] = {"FilterType": "ram-lak"}
    algorithm = astra.algorithm.create(settings)

    def run():
        astra.algorithm.run(algorithm)

    def result():
        run()
        return np.array(astra.data2d.get(image)).ravel()

    return Case(run, result)


def cases(_):
    return {
        "xray": product(False),
        "xray-adjoint": product(True),
        "operator-fan-beam": fan,
        "operator-filtered-backprojection": filtered_backprojection,
    }
