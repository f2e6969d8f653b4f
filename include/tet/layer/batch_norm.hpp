// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/signal.hpp>
#include <tet/layer/parameter.hpp>

namespace tet {

struct BatchNormOptions {
  double epsilon = 1e-5;
  double momentum = 0.1;  ///< share of the new batch in the running statistics
};

/// Batch normalisation per channel, with statistics over batch, time and space together.
///
///   y = weight * (x - mean) / sqrt(variance + epsilon) + bias
///
/// Source:  Zheng et al. 2021 (tdBN) without its threshold scaling; torch.nn.BatchNorm2d on time folded into the batch.
/// Shape:   unchanged; analog. n = T * B * H * W, also where the input is one image shown T times.
/// Files:   weight, bias, running_mean, running_var [C] and num_batches_tracked, as torch.nn.BatchNorm2d (the running
/// variance unbiased).
template <BatchNormOptions options_ = BatchNormOptions{}>
struct BatchNorm {
  static constexpr BatchNormOptions options = options_;
  static constexpr char const* name = "BatchNorm";
  static_assert(options.epsilon > 0, "tet::BatchNorm: epsilon must be positive");
  static_assert(0 <= options.momentum && options.momentum <= 1, "tet::BatchNorm: momentum must lie in 0…1");

  template <class In>
  using Output = typename In::template WithKind<Analog>;

  template <class In>
  static constexpr ParameterSpec weight = after_flatten<In>(
      {.name = "weight", .layout = Layout::feature, .shape = {In::shape.channels()}, .rank = 1, .initial = 1});
  template <class In>
  static constexpr ParameterSpec bias =
      after_flatten<In>({.name = "bias", .layout = Layout::feature, .shape = {In::shape.channels()}, .rank = 1});
  template <class In>
  static constexpr ParameterSpec running_mean = after_flatten<In>({.name = "running_mean",
                                                                   .role = TensorRole::statistic,
                                                                   .layout = Layout::feature,
                                                                   .shape = {In::shape.channels()},
                                                                   .rank = 1});
  template <class In>
  static constexpr ParameterSpec running_variance = after_flatten<In>({.name = "running_var",
                                                                       .role = TensorRole::statistic,
                                                                       .layout = Layout::feature,
                                                                       .shape = {In::shape.channels()},
                                                                       .rank = 1,
                                                                       .initial = 1});
  static constexpr ParameterSpec batches_tracked{.name = "num_batches_tracked", .role = TensorRole::counter};

  template <class In>
  static constexpr Index macs() {
    return 0;  // folded into the weights before it
  }
};

template <class Layer>
inline constexpr bool is_batch_norm = false;
template <BatchNormOptions options>
inline constexpr bool is_batch_norm<BatchNorm<options>> = true;

}  // namespace tet
