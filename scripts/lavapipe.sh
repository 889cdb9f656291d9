#!/usr/bin/env bash
# Installs lavapipe, Mesa's Vulkan in software, for the tests of the engine `webgpu` on machines without a graphics
# processor: as root, on Debian bookworm from its backports (Mesa 25; bookworm's own 22.3 is too old), elsewhere from
# the distribution itself. It says so where it cannot, and exits with 0: those tests are then skipped by name.
set -euo pipefail

cannot() {
  echo "lavapipe was not installed: $1; the tests of the engine webgpu will be skipped"
  exit 0
}

if ls /usr/share/vulkan/icd.d/lvp_icd*.json > /dev/null 2>&1; then
  echo "lavapipe is here"
  exit 0
fi
command -v apt-get > /dev/null || cannot "there is no apt-get"
[ "$(id -u)" = 0 ] || cannot "only root installs packages"

# the mirror and the key with which bookworm itself is configured
. /etc/os-release
release=()
if [ "${VERSION_CODENAME:-}" = bookworm ]; then
  release=(-t bookworm-backports)
  if ! apt-cache policy | grep -q bookworm-backports; then
    mirror="$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Codename: bookworm' | head -n 1)"
    [ -n "$mirror" ] || cannot "no mirror of bookworm is configured"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror bookworm-backports main" \
      > /etc/apt/sources.list.d/bookworm-backports.list
  fi
fi
log="$(mktemp)"
if (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
  "${release[@]}" mesa-vulkan-drivers libvulkan1) > "$log" 2>&1; then
  echo "lavapipe was installed"
else
  cannot "$(tail -n 1 "$log")"
fi
