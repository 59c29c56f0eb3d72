#!/bin/sh
# install.sh CMAKE BUILD_DIR WORK_DIR SHARED: installs everything to WORK_DIR/prefix and each component apart.
set -eu
cmake=$1 build=$2 work=$3 shared=$4

rm -rf "$work/prefix" "$work/components"
"$cmake" --install "$build" --prefix "$work/prefix" >/dev/null
for component in runtime development cli; do
  "$cmake" --install "$build" --prefix "$work/components/$component" --component "$component" >/dev/null
done

fail() {
  echo "package: $1" >&2
  exit 1
}
# holds COMPONENT PATTERN: the component has a file whose path ends like that.
holds() { [ -n "$(find "$work/components/$1" -path "*/$2" 2>/dev/null)" ]; }

holds development include/ember/error.hpp || fail "development lacks the headers"
holds development include/ember/version.hpp || fail "development lacks version.hpp"
holds development cmake/ember/ember-config.cmake || fail "development lacks the CMake package"
holds development pkgconfig/ember.pc || fail "development lacks ember.pc"
holds development bin/ember && fail "development has the command"
holds cli 'include/*' && fail "cli has headers"
if [ "$shared" = ON ]; then
  holds runtime 'libember.so.*' || fail "runtime lacks the shared library"
  holds runtime libember.so && fail "runtime has the link that only compilers need"
else
  holds development libember.a || fail "development lacks the library"
fi
if grep -rqF -e "$build" "$work/prefix/include" "$work/prefix"/lib*; then
  fail "an installed file names the build directory"
fi
