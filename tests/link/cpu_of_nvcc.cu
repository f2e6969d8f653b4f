// SPDX-License-Identifier: MIT
#include <tests/link/cpu_work.hpp>

std::vector<tet::test::CpuWork> work_of_nvcc() { return tet::test::cpu_work<tet::Cpu>(); }
