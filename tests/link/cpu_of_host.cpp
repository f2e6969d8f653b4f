// SPDX-License-Identifier: MIT
// An object of the host's compiler and one of nvcc train and infer on the CPU backend in one program: each must run its own
// instantiations (TET_CPU_ABI in tet/config.hpp), since closures may differ in layout.
#include <tests/link/cpu_work.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <iostream>

std::vector<tet::test::CpuWork> work_of_nvcc();

int main() {
  auto const here = tet::test::cpu_work<tet::Cpu>(), there = work_of_nvcc();
  int wrong = 0;
  for (std::size_t k = 0; k < here.size(); ++k) {
    auto const& [name, types, results] = here[k];
    for (std::size_t i = 0; i < types.size(); ++i)
      if (*types[i] == *there[k].types[i]) {
        std::cerr << name << ": both objects name one type " << types[i]->name()
                  << ": the linker keeps one of two functions that differ\n";
        ++wrong;
      }
    double largest = 0;
    for (double const result : results) largest = std::max(largest, std::abs(result));
    if (!(largest > 0)) std::cerr << name << ": nothing but zeros\n", ++wrong;
    // Two compilers may fuse products and sums differently.
    double const bound = (name == "training" ? 1e-10 : 1e-5) * largest;
    for (std::size_t i = 0; i < results.size(); ++i)
      if (!(std::abs(results[i] - there[k].results.at(i)) <= bound)) {
        std::cerr << name << ", result " << i << ": " << results[i] << " by the host's compiler, "
                  << there[k].results[i] << " by nvcc\n";
        ++wrong;
      }
  }
  return wrong == 0 ? 0 : 1;
}
