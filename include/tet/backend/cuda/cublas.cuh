// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/error.cuh>
#include <tet/core/index.hpp>
#include <tet/core/matrix.hpp>

#include <cublasLt.h>

#include <memory>
#include <type_traits>

namespace tet::cuda {

inline void check(cublasStatus_t status, char const* call,
                  std::source_location where = std::source_location::current()) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw CudaError(call, cublasLtGetStatusName(status), cublasLtGetStatusString(status), where);
}

/// Matrix products of one stream by cuBLASLt: full precision of their scalar, no atomics, so the same bits in every run.
class Blas {
 public:
  Blas() {
    TET_CUDA_CHECK(cublasLtCreate(&handle_));
    try {
      TET_CUDA_CHECK(cudaMalloc(&workspace_, workspace_bytes));
    } catch (...) {
      (void)cublasLtDestroy(handle_);
      throw;
    }
  }
  Blas(Blas const&) = delete;
  Blas& operator=(Blas const&) = delete;
  ~Blas() {
    (void)cudaFree(workspace_);
    (void)cublasLtDestroy(handle_);
  }

  /// c [m, n] = op(a) op(b) + beta c, row-major.
  template <class Scalar>
  void multiply(cudaStream_t stream, MatrixSizes const& s, Scalar const* a, Scalar const* b, Scalar beta, Scalar* c) {
    constexpr cudaDataType type = std::is_same_v<Scalar, double> ? CUDA_R_64F : CUDA_R_32F;
    constexpr cublasComputeType_t compute = std::is_same_v<Scalar, double> ? CUBLAS_COMPUTE_64F : CUBLAS_COMPUTE_32F;
    // cuBLAS orders by column: its c^T [n, m] = op(b)^T op(a)^T.
    Handle<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy> operation;
    TET_CUDA_CHECK(cublasLtMatmulDescCreate(&operation.value, compute, type));
    set_transposed(operation.value, CUBLASLT_MATMUL_DESC_TRANSA, s.b);
    set_transposed(operation.value, CUBLASLT_MATMUL_DESC_TRANSB, s.a);
    bool const a_turned = s.a == Operand::transposed, b_turned = s.b == Operand::transposed;
    Layout const left(type, b_turned ? s.k : s.n, b_turned ? s.n : s.k),
        right(type, a_turned ? s.m : s.k, a_turned ? s.k : s.m), out(type, s.n, s.m);
    Handle<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy> preference;
    TET_CUDA_CHECK(cublasLtMatmulPreferenceCreate(&preference.value));
    std::size_t const most = workspace_bytes;
    TET_CUDA_CHECK(cublasLtMatmulPreferenceSetAttribute(preference.value, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                        &most, sizeof most));
    std::uint32_t const schemes =
        CUBLASLT_REDUCTION_SCHEME_MASK & ~CUBLASLT_REDUCTION_SCHEME_INPLACE;  // that one is atomic
    TET_CUDA_CHECK(cublasLtMatmulPreferenceSetAttribute(preference.value, CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
                                                        &schemes, sizeof schemes));
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    TET_CUDA_CHECK(cublasLtMatmulAlgoGetHeuristic(handle_, operation.value, left.value, right.value, out.value,
                                                  out.value, preference.value, 1, &found, &count));
    if (count == 0) check(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmulAlgoGetHeuristic");
    Scalar const one = 1;
    TET_CUDA_CHECK(cublasLtMatmul(handle_, operation.value, &one, b, left.value, a, right.value, &beta, c, out.value, c,
                                  out.value, &found.algo, workspace_, workspace_bytes, stream));
  }

 private:
  static constexpr std::size_t workspace_bytes = std::size_t(32) << 20;  // what cuBLAS advises for Hopper

  template <class Type, auto destroy>
  struct Handle {
    Type value = nullptr;
    Handle() = default;
    Handle(Handle const&) = delete;
    Handle& operator=(Handle const&) = delete;
    ~Handle() {
      if (value != nullptr) (void)destroy(value);
    }
  };

  /// A matrix of `rows` x `columns` in cuBLAS's order.
  struct Layout : Handle<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> {
    Layout(cudaDataType type, Index rows, Index columns) {
      TET_CUDA_CHECK(cublasLtMatrixLayoutCreate(&this->value, type, std::uint64_t(rows), std::uint64_t(columns), rows));
    }
  };

  static void set_transposed(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t which, Operand operand) {
    cublasOperation_t const op = operand == Operand::transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    TET_CUDA_CHECK(cublasLtMatmulDescSetAttribute(operation, which, &op, sizeof op));
  }

  cublasLtHandle_t handle_ = nullptr;
  void* workspace_ = nullptr;
};

}  // namespace tet::cuda
