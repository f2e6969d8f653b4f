// SPDX-License-Identifier: MIT
#pragma once

namespace tet {

/// How products of float values are formed. Sums are float32 always, as are BatchNorm, membrane potentials, weights, their
/// gradients and the optimiser; double stays double.
enum class CudaPrecision {
  float32,  ///< all digits
  tf32,     ///< operands rounded to 10 bits of mantissa by tensor cores
  bf16,     ///< operands rounded to 7 bits of mantissa: spikes, and counts up to 256, are exact
};

/// What computes convolutions that are no matrix products.
enum class CudaConvolution {
  cudnn,   ///< cuDNN, where the program was built with it and it offers a deterministic engine; else as im2col
  im2col,  ///< windows written out as rows, and matrix products
};

/// How work that repeats from call to call is launched.
enum class CudaLaunch {
  graphs,   ///< recorded as a CUDA graph, and launched at once from then on
  kernels,  ///< kernel by kernel
};

/// What a program may choose when it makes a CUDA backend.
struct CudaOptions {
  CudaPrecision precision = CudaPrecision::float32;
  CudaConvolution convolution = CudaConvolution::cudnn;
  CudaLaunch launch = CudaLaunch::kernels;
};

}  // namespace tet
