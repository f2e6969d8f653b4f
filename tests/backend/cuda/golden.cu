// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/golden/residual_run.hpp>
#include <tests/golden/tiny_cases.hpp>

// PyTorch's results of whole networks, in double: one flipped spike would change everything after it.

namespace golden_tests {

template <class Backend>
void tiny() {
  golden::TinyRun<golden::TinyBn, Backend, double>().check();
  golden::TinyRun<golden::TinyWithoutBn, Backend, double>().check();
  golden::TinyRun<golden::TinyNeuronPooling, Backend, double>().check();
}

template <class Backend>
void residual() {
  golden::Topic<double> file("residual");
  golden::residual::check_block<golden::residual::Down, Backend>(file);
  golden::residual::check_block<golden::residual::Same, Backend>(file);
  file.report();
  CHECK(golden::unchecked(file).empty());
}

}  // namespace golden_tests

TET_TEST_CUDA("golden vectors of tiny networks", golden_tests::tiny)
TET_TEST_CUDA("golden vectors of residual blocks", golden_tests::residual)
