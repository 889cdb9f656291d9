#!/bin/sh
# Installs the peers of the measurements into bench/.peers, from PyPI alone. Needs Python 3.11 or later, and some 6 GB:
# torch's wheel for Linux does not load without the CUDA libraries that it names, even where only the processor is used.
# What cannot be installed is named and left out; the measurements then say so.
set -u
cd "$(dirname "$0")/.."
"${PYTHON:-python3}" -m venv .peers || exit 1
pip=.peers/bin/pip
missing=""

install() {
  echo "installing $*"
  "$pip" install --quiet --disable-pip-version-check "$@" || missing="$missing $*"
}

install numpy==2.4.6 scipy==1.17.1
install pyfftw==0.15.1
install PyWavelets==1.8.0
install scikit-image==0.26.0
install jax==0.10.2
install torch==2.15.0
install deepinv==0.5.0
install odl==1.0.0
install pylops==2.8.0
install astra-toolbox==2.5.0

if [ -n "$missing" ]; then
  echo "could not be installed:$missing" >&2
  exit 1
fi
echo "all peers are in bench/.peers"
