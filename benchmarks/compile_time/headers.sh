#!/bin/bash
# SPDX-License-Identifier: MIT
# What `#include <tet/tet.hpp>` costs above the Eigen and oneTBB headers that it brings: user time, the least of N runs
# of each, taken in turns, and the memory that GCC allocates.
#
#   headers.sh [N=5] [header=tet/tet.hpp]      CXX and EIGEN (its include folder) may be set
#
# GCC keeps a file's tokens in one array that doubles: a file a little above 2^20 tokens counts 33 MB more than one a
# little below, whatever it declares. Eigen and oneTBB end just below; the base is padded over it (`;` tokens), and the
# unpadded base is shown too.
set -euo pipefail
runs=${1:-5}
header=${2:-tet/tet.hpp}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

printf '#include <%s>\n' Eigen/Core oneapi/tbb/parallel_for.h oneapi/tbb/task_arena.h > "$work/base.cpp"
{ cat "$work/base.cpp"; for ((i = 0; i < 250; ++i)); do printf ';%.0s' {1..200}; echo; done; } > "$work/padded.cpp"
printf '#include <%s>\n' "$header" > "$work/tet.cpp"

declare -A least memory
for ((i = 0; i < runs; ++i)); do
  for name in base padded tet; do
    total=$("${CXX:-g++}" -std=c++20 -Wno-psabi -I"$root/include" -isystem "${EIGEN:-/usr/include/eigen3}" -ftime-report \
      -c "$work/$name.cpp" -o "$work/object.o" 2>&1 | grep '^ TOTAL')
    read -r _ _ user _ _ memory[$name] <<< "$total"
    if [[ -z ${least[$name]:-} ]] || awk "BEGIN { exit !($user < ${least[$name]}) }"; then least[$name]=$user; fi
  done
done
printf '%-24s %8s %8s\n' file "user s" memory
for name in base padded tet; do printf '%-24s %8s %8s\n' "$name" "${least[$name]}" "${memory[$name]}"; done
