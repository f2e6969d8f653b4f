// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/bfloat16.cuh>
#include <tet/backend/cuda/error.cuh>
#include <tet/backend/cuda/options.cuh>
#include <tet/core/index.hpp>
#include <tet/core/matrix.hpp>

#include <cublasLt.h>

#include <algorithm>
#include <compare>
#include <cstdint>
#include <map>
#include <type_traits>
#include <utility>

namespace tet::gpu {

inline void check(cublasStatus_t status, char const* call,
                  std::source_location where = std::source_location::current()) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw CudaError(call, cublasLtGetStatusName(status), cublasLtGetStatusString(status), where);
}

/// Matrix products of one stream by cuBLASLt. How a product is computed depends on its sizes, types and the alignment of
/// its operands alone, is asked once, and has no atomics: the same bits in every run.
class Blas {
 public:
  explicit Blas(CudaPrecision precision) : precision_(precision) {
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
    products_.clear();
    (void)cudaFree(workspace_);
    (void)cublasLtDestroy(handle_);
  }

  /// c [m, n] = op(a) op(b) + beta c, row-major.
  template <class Element, class Scalar>
  void multiply(cudaStream_t stream, MatrixSizes const& sizes, Element const* a, Element const* b, Scalar beta,
                Scalar* c) {
    Key const key{sizes.a,           sizes.b,      sizes.m,      sizes.n,     sizes.k, data_type<Element>,
                  data_type<Scalar>, alignment(a), alignment(b), alignment(c)};
    auto found = products_.find(key);
    if (found == products_.end()) found = products_.emplace(key, find(key)).first;
    Product const& p = found->second;
    Scalar const one = 1;
    TET_CUDA_CHECK(cublasLtMatmul(handle_, p.operation.value, &one, b, p.left.value, a, p.right.value, &beta, c,
                                  p.out.value, c, p.out.value, &p.algorithm, workspace_, workspace_bytes, stream));
  }

 private:
  static constexpr std::size_t workspace_bytes = std::size_t(32) << 20;  // what cuBLAS advises for Hopper

  template <class Element>
  static constexpr cudaDataType data_type = std::is_same_v<Element, double>  ? CUDA_R_64F
                                            : std::is_same_v<Element, float> ? CUDA_R_32F
                                                                             : CUDA_R_16BF;

  /// What the choice of an algorithm depends on.
  struct Key {
    Operand a, b;
    Index m, n, k;
    cudaDataType operand, result;
    std::uint32_t align_a, align_b, align_c;

    friend auto operator<=>(Key const&, Key const&) = default;
  };

  template <class Type, auto destroy>
  struct Handle {
    Type value = nullptr;
    Handle() = default;
    Handle(Handle&& other) noexcept : value(std::exchange(other.value, nullptr)) {}
    Handle& operator=(Handle&& other) noexcept {
      std::swap(value, other.value);
      return *this;
    }
    ~Handle() {
      if (value != nullptr) (void)destroy(value);
    }
  };
  using Operation = Handle<cublasLtMatmulDesc_t, cublasLtMatmulDescDestroy>;
  using Preference = Handle<cublasLtMatmulPreference_t, cublasLtMatmulPreferenceDestroy>;

  /// A matrix of `rows` x `columns` in cuBLAS's order.
  struct Layout : Handle<cublasLtMatrixLayout_t, cublasLtMatrixLayoutDestroy> {
    Layout() = default;
    Layout(cudaDataType type, Index rows, Index columns) {
      TET_CUDA_CHECK(cublasLtMatrixLayoutCreate(&this->value, type, std::uint64_t(rows), std::uint64_t(columns), rows));
    }
  };

  struct Product {
    Operation operation;
    Layout left, right, out;
    cublasLtMatmulAlgo_t algorithm{};
  };

  /// cuBLAS orders by column: its c^T [n, m] = op(b)^T op(a)^T.
  Product find(Key const& key) const {
    Product p;
    TET_CUDA_CHECK(cublasLtMatmulDescCreate(&p.operation.value, compute_type(key), key.result));
    set_transposed(p.operation.value, CUBLASLT_MATMUL_DESC_TRANSA, key.b);
    set_transposed(p.operation.value, CUBLASLT_MATMUL_DESC_TRANSB, key.a);
    bool const a_turned = key.a == Operand::transposed, b_turned = key.b == Operand::transposed;
    p.left = Layout(key.operand, b_turned ? key.k : key.n, b_turned ? key.n : key.k);
    p.right = Layout(key.operand, a_turned ? key.m : key.k, a_turned ? key.k : key.m);
    p.out = Layout(key.result, key.n, key.m);

    Preference preference;
    TET_CUDA_CHECK(cublasLtMatmulPreferenceCreate(&preference.value));
    auto const prefer = [&](cublasLtMatmulPreferenceAttributes_t which, auto value) {
      TET_CUDA_CHECK(cublasLtMatmulPreferenceSetAttribute(preference.value, which, &value, sizeof value));
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, workspace_bytes);
    // Partial sums of a split k go through the workspace in order; "in place" they would meet in the result.
    prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
           std::uint32_t(CUBLASLT_REDUCTION_SCHEME_MASK & ~CUBLASLT_REDUCTION_SCHEME_INPLACE));
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, key.align_b);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES, key.align_a);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, key.align_c);
    prefer(CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES, key.align_c);

    cublasLtMatmulHeuristicResult_t result{};
    int count = 0;
    TET_CUDA_CHECK(cublasLtMatmulAlgoGetHeuristic(handle_, p.operation.value, p.left.value, p.right.value, p.out.value,
                                                  p.out.value, preference.value, 1, &result, &count));
    if (count == 0) check(CUBLAS_STATUS_NOT_SUPPORTED, "cublasLtMatmulAlgoGetHeuristic");
    TET_CUDA_CHECK(result.state);
    p.algorithm = result.algo;
    return p;
  }

  cublasComputeType_t compute_type(Key const& key) const {
    if (key.result == CUDA_R_64F) return CUBLAS_COMPUTE_64F;
    if (key.operand == CUDA_R_32F && precision_ == CudaPrecision::tf32) return CUBLAS_COMPUTE_32F_FAST_TF32;
    return CUBLAS_COMPUTE_32F;
  }

  static void set_transposed(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t which, Operand operand) {
    cublasOperation_t const op = operand == Operand::transposed ? CUBLAS_OP_T : CUBLAS_OP_N;
    TET_CUDA_CHECK(cublasLtMatmulDescSetAttribute(operation, which, &op, sizeof op));
  }

  /// The largest power of two up to 256 that an address is a multiple of; cuBLAS would assume 256.
  static std::uint32_t alignment(void const* pointer) {
    auto const address = reinterpret_cast<std::uintptr_t>(pointer);
    return std::uint32_t(std::min<std::uintptr_t>(address & (~address + 1), 256));
  }

  CudaPrecision precision_;
  cublasLtHandle_t handle_ = nullptr;
  void* workspace_ = nullptr;
  std::map<Key, Product> products_;
};

}  // namespace tet::gpu
