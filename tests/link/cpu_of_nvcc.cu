// SPDX-License-Identifier: MIT
#include <tests/link/cpu_training.hpp>

#include <typeinfo>

std::vector<double> losses_by_nvcc() { return tet::test::losses_of_training<tet::Cpu>(); }

std::type_info const& cpu_of_nvcc() { return typeid(tet::Cpu); }
