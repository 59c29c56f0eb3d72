#!/bin/sh
# Installs the Debian packages that Ember is built from, where they are missing; says and does nothing otherwise.
#
#   scripts/install_dependencies.sh         what `make demo` needs
#   scripts/install_dependencies.sh test    what `make test` needs
#   scripts/install_dependencies.sh bench   the benchmarks' packages as well
#   scripts/install_dependencies.sh ci      what .ci/run needs as well
#   scripts/install_dependencies.sh --list  prints the packages of the first form, installs nothing
set -eu
cd "$(dirname "$0")/.."

build='g++ cmake ninja-build pkg-config python3 graphviz
  libcurl4-openssl-dev libsimdjson-dev libyaml-cpp-dev libcli11-dev libfmt-dev libre2-dev
  libboost-dev libgtest-dev libgmock-dev'
# Without it there are no meshes of several processes.
mpi='libopenmpi-dev openmpi-bin'
bench='libbenchmark-dev libtbb-dev'
ci='clang-16 clang-format-16 clang-tidy-16 libclang-rt-16-dev jq'

packages=$build
case ${1-} in
  '') ;;
  test) packages="$build $mpi" ;;
  bench) packages="$build $mpi $bench" ;;
  ci) packages="$build $mpi $bench $ci" ;;
  --list)
    echo $build
    exit 0
    ;;
  *)
    sed -n '2,8s/^# \{0,1\}//p' "$0" >&2
    exit 2
    ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "This is not a Debian system: if the build misses something, install the equivalents of" >&2
  echo "  "$packages >&2
  exit 0
fi

missing=
for package in $packages; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  echo "These packages are missing, and installing them needs root. Run this, then try again:" >&2
  echo "  apt-get install$missing" >&2
  exit 1
fi

install() {
  # The package lists may be absent or old; an update that fails matters only if the installation then fails as well.
  $as_root apt-get update -q || true
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
}

log=build/dependencies.log
mkdir -p build
echo "Installing$missing"
if ! install >"$log" 2>&1 </dev/null; then
  echo "The installation failed; the end of $log:" >&2
  tail -n 20 "$log" >&2
  exit 1
fi
