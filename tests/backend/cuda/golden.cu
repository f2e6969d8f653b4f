// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/golden/bn_run.hpp>
#include <tests/golden/conv_run.hpp>
#include <tests/golden/lif_cases.hpp>
#include <tests/golden/loss_run.hpp>
#include <tests/golden/optim_run.hpp>
#include <tests/golden/pool_linear_run.hpp>
#include <tests/golden/residual_run.hpp>
#include <tests/golden/tiny_cases.hpp>

// PyTorch's results. Whole networks in double, since one flipped spike would change everything after it; and with kernels that
// they need anyway, parts of them.

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

template <class Backend>
void batch_norm() {
  golden::BnRun<Backend, double>().check();
}

template <class Backend>
void synapses() {
  for (auto const convolution : {tet::CudaConvolution::cudnn, tet::CudaConvolution::im2col}) {
    tet::CudaOptions const options{.convolution = convolution};
    golden::ConvRun<Backend, double>(Backend{options}).check();
    golden::PoolLinearRun<Backend, double>(Backend{options}).check();
  }
}

template <class Backend>
void losses() {
  golden::LossRun<Backend, double>().check();
}

template <class Backend>
void optimisers() {
  golden::OptimRun<Backend, double>().check();
}

template <class Backend>
void neurons() {
  golden::LifRun<double>().template check_selection<Backend>();
  golden::check_lif_edge<Backend, double>();
  golden::LifStateRun<Backend, double>().check();
}

}  // namespace golden_tests

TET_TEST_CUDA("golden vectors of tiny networks", golden_tests::tiny)
TET_TEST_CUDA("golden vectors of residual blocks", golden_tests::residual)
TET_TEST_CUDA("golden vectors of BatchNorm", golden_tests::batch_norm)
TET_TEST_CUDA("golden vectors of convolutions, pooling and linear layers", golden_tests::synapses)
TET_TEST_CUDA("golden vectors of losses", golden_tests::losses)
TET_TEST_CUDA("golden vectors of optimisers", golden_tests::optimisers)
TET_TEST_CUDA("golden vectors of neurons", golden_tests::neurons)
