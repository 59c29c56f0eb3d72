#!/bin/sh
# pkgconfig.sh COMPILER PREFIX SOURCE WORK_DIR VERSION: compiles SOURCE with nothing but what pkg-config says, runs it.
set -eu
compiler=$1 prefix=$2 source=$3 work=$4 version=$5

pkgconfig_dir=$(dirname "$(find "$prefix" -name ember.pc)")
export PKG_CONFIG_PATH="$pkgconfig_dir"
[ "$(pkg-config --modversion ember)" = "$version" ]
mkdir -p "$work"
# Word splitting is what pkg-config's output is for.
# shellcheck disable=SC2046
"$compiler" -std=c++20 "$source" -o "$work/consumer" $(pkg-config --cflags --libs ember)
LD_LIBRARY_PATH="$(dirname "$pkgconfig_dir")" "$work/consumer" "$version"
