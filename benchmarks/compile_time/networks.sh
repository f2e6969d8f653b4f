#!/bin/bash
# SPDX-License-Identifier: MIT
# What a program costs to compile that trains one network by one step: user time and peak memory, at -O2.
#
#   networks.sh ['zoo::SewResNet50<>' …]      CXX and EIGEN (its include folder) may be set
set -euo pipefail
(($#)) || set -- 'zoo::CifarSmall<>' 'zoo::ResNet19<>' 'zoo::SpikingResNet18<>' 'zoo::SewResNet18<>' 'zoo::SewResNet50<>'
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

printf '%-28s %8s %10s\n' network 'user s' 'memory MB'
for network; do
  cat > "$work/network.cpp" <<END
#include <tet/tet.hpp>
double step(tet::Batch const& batch) {
  using namespace tet;
  Model<$network, Cpu> model{Seed{1}};
  Adam optimizer{model, {.learning_rate = 1e-3f}};
  return train_step(model, TetLoss{}, optimizer, batch).loss;
}
END
  /usr/bin/time -f '%U %M' -o "$work/cost" "${CXX:-g++}" -std=c++20 -O2 -march=native -Wno-psabi -I"$root/include" \
    -isystem "${EIGEN:-/usr/include/eigen3}" -c "$work/network.cpp" -o "$work/object.o"
  read -r user kilobytes < "$work/cost"
  printf '%-28s %8s %10s\n' "$network" "$user" $((kilobytes / 1024))
done
