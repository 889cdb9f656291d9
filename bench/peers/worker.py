"""`worker.py PEER`: computes the cases with one library and serves requests, a line of JSON each, as
bench/protocol.ts describes them. What libraries print goes to stderr."""

import importlib
import json
import os
import platform
import subprocess
import sys
import time
import uuid

import numpy as np

from common import THREADS, Case

MODULES = {
    "torch": "with_torch",
    "torch.compile": "with_torch",
    "jax": "with_jax",
    "numpy": "with_numpy",
    "scipy": "with_scipy",
    "fftw": "with_fftw",
    "pywavelets": "with_pywavelets",
    "scikit-image": "with_skimage",
    "deepinv": "with_deepinv",
    "odl": "with_odl",
    "pylops": "with_pylops",
    "astra": "with_astra",
}


def startup(peer, folder):
    """A fresh process until its first result is there."""
    script = os.path.join(os.path.dirname(__file__), "startup.py")

    def start(name):
        command = [sys.executable, script, peer, folder, name]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
            said = child.stdout.readline()
            if not said:
                raise RuntimeError("the process ended before it had a result")

    def result():
        name = f"startup-{uuid.uuid4()}"
        start(name)
        file = os.path.join(folder, name + ".npy")
        array = np.load(file)
        os.remove(file)
        return array

    return Case(run=lambda: start(""), result=result)


class Worker:
    def __init__(self, peer):
        self.peer = peer
        self.case = None
        self.module = None

    def answer(self, request):
        return getattr(self, "do_" + request["do"])(request)

    def do_hello(self, _):
        try:
            self.module = importlib.import_module(MODULES[self.peer])
        except ImportError as error:
            return {"missing": f"not installed: {error}"}
        return {"versions": {**self.module.versions(), "python": platform.python_version()}}

    def do_open(self, request):
        name, folder = request["case"], request["folder"]
        if name == "startup":
            if self.peer not in ("numpy", "torch", "torch.compile", "jax"):
                return {"missing": "no process of its own"}
            self.case = startup(self.peer, folder)
            return {}
        make = self.module.cases(self.peer).get(name)
        if make is None:
            return {"missing": "not a case of this library"}
        self.case = make(folder)
        return {}

    def do_check(self, request):
        made = np.asarray(self.case.result(), dtype=np.float32)
        np.save(request["file"], made)
        return {"notes": self.case.notes}

    def do_time(self, request):
        run, repeats = self.case.run, request["repeats"]
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        return {"seconds": time.perf_counter() - start}

    def do_close(self, _):
        self.case = None
        return {}


def main():
    protocol = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    worker = Worker(sys.argv[1])
    for line in sys.stdin:
        try:
            reply = worker.answer(json.loads(line))
        except Exception as error:  # whatever a library throws belongs into the table
            reply = {"error": f"{type(error).__name__}: {error}"[:500]}
        protocol.write(json.dumps(reply) + "\n")


if __name__ == "__main__":
    assert THREADS > 0
    main()
