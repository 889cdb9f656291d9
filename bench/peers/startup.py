"""`startup.py PEER FOLDER NAME`: LISTA from its weights, and one result; says so, and writes NAME.npy if it is given."""

import sys

from common import load


def main(peer, folder, name):
    if peer == "numpy":
        import with_numpy as module
    elif peer == "jax":
        import with_jax as module
    else:
        import with_torch as module
    result = module.cases(peer)["lista-1"](folder).result()
    print("there", flush=True)
    if name:
        import os

        import numpy as np

        np.save(os.path.join(folder, name + ".npy"), result)


main(*sys.argv[1:4])
