// SPDX-License-Identifier: MIT
// An object of the host's compiler and one of nvcc train on the CPU backend in one program: each must run its own instantiations
// (TET_CPU_ABI in tet/config.hpp), since closures may differ in layout.
#include <tests/link/cpu_training.hpp>

#include <cmath>
#include <cstddef>
#include <iostream>
#include <typeinfo>

std::vector<double> losses_by_nvcc();
std::type_info const& cpu_of_nvcc();

int main() {
  if (cpu_of_nvcc() == typeid(tet::Cpu)) {
    std::cerr << "both objects name one type: the linker keeps one of two functions that differ\n";
    return 1;
  }
  auto const here = tet::test::losses_of_training<tet::Cpu>(), there = losses_by_nvcc();
  for (std::size_t i = 0; i < here.size(); ++i)
    if (!(std::abs(here[i] - there[i]) <= 1e-10 * here[i])) {  // two compilers may fuse products and sums differently
      std::cerr << "step " << i << ": " << here[i] << " by the host's compiler, " << there[i] << " by nvcc\n";
      return 1;
    }
  return here.back() < here.front() ? 0 : 1;
}
