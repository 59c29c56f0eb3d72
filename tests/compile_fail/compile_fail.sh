#!/bin/sh
# compile_fail.sh SOURCE COMPILER OPTIONS...: SOURCE compiles with CORRECTED defined, and without it fails with a
# message that matches the regular expression of its first line.
set -u
source=$1
shift

expected=$(sed -n '1s,^// expect: ,,p' "$source")
if [ -z "$expected" ]; then
  echo "$source: the first line must be '// expect: REGEX'"
  exit 1
fi
if ! messages=$("$@" -DCORRECTED "$source" 2>&1); then
  echo "$source does not compile with CORRECTED:"
  echo "$messages"
  exit 1
fi
if messages=$("$@" "$source" 2>&1); then
  echo "$source compiles, but must not"
  exit 1
fi
if ! echo "$messages" | grep -Eq -e "$expected"; then
  echo "$source fails without a message that matches: $expected"
  echo "$messages"
  exit 1
fi
