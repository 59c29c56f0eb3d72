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
# Optional: without it there are no meshes of several processes.
mpi='libopenmpi-dev openmpi-bin'
bench='libbenchmark-dev libtbb-dev'
ci='clang-16 clang-format-16 clang-tidy-16 libclang-rt-16-dev jq'

packages=$build
optional=
case ${1-} in
  '') ;;
  test) optional=$mpi ;;
  bench) packages="$build $bench" optional=$mpi ;;
  ci) packages="$build $bench $ci" optional=$mpi ;;
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
  echo "  "$packages $optional >  echo "  "$packages >&22
  exit 0
fi

# missing_of PACKAGE...: those that are not installed.
missing_of() {
  for package in "$@"; do
    status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$status" = installed ] || printf ' %s' "$package"
  done
}
needed=$(missing_of $packages)
wanted=$(missing_of $optional)
[ -n "$needed$wanted" ] || exit 0

# Leaves when nothing is missing but what the build can do without.
do_without() {
  [ -z "$needed" ] || return 0
  echo "Without$wanted: meshes of several processes are left out" >&2
  exit 0
}

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
  as_root='sudo -n'
else
  do_without
  echo "These packages are missing, and installing them needs root. Run this, then try again:" >&2
  echo "  apt-get install$needed$wanted" >&2
  exit 1
fi

# install PACKAGE...
install() {
  # The package lists may be absent or old; an update that fails matters only if the installation then fails as well.
  $as_root apt-get update -q || true
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$@"
}

log=build/dependencies.log
mkdir -p build
echo "Installing$needed$wanted"
if ! install $needed $wanted >"$log" 2>&1 </dev/null; then
  do_without
  if [ -z "$wanted" ] || ! install $needed >"$log" 2>&1 </dev/null; then
    echo "The installation failed; the end of $log:" >&2
    tail -n 20 "$log" >&2
    exit 1
  fi
fi
