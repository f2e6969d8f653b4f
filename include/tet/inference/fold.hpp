// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/index.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tet::detail {

/// y = (x - mean) * scale + shift per channel: a BatchNorm with constant statistics. Each [channels].
struct ChannelAffine {
  std::vector<float> mean, scale, shift;

  ChannelAffine(Index channels, float const* weight, float const* bias, float const* running_mean,
                float const* running_variance, double epsilon)
      : mean(running_mean, running_mean + channels), scale(std::size_t(channels), 0.0f), shift(bias, bias + channels) {
    for (Index c = 0; c < channels; ++c)
      scale[std::size_t(c)] = float(double(weight[c]) / std::sqrt(double(running_variance[c]) + epsilon));
  }
};

/// Weights and biases of synapses. Shape: weight [inputs][out], bias [out].
struct FoldedSynapses {
  std::vector<float> weight, bias;

  FoldedSynapses(Index inputs, Index out, float const* weights, float const* biases)
      : weight(weights, weights + inputs * out), bias(std::size_t(out), 0.0f) {
    if (biases != nullptr) std::copy(biases, biases + out, bias.begin());
  }

  /// The affine step after the synapses goes into them: W * scale, (b - mean) * scale + shift. Products in double.
  void fold(ChannelAffine const& a) {
    std::size_t const out = bias.size();
    for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = float(double(weight[i]) * double(a.scale[i % out]));
    for (std::size_t o = 0; o < out; ++o)
      bias[o] = float((double(bias[o]) - double(a.mean[o])) * double(a.scale[o]) + double(a.shift[o]));
  }
};

/// Weights as whole numbers: weight = scale[o] * q, |q| <= 127, to the nearest; scale[o] = max |weight[:, o]| / 127.
///
/// Symmetric and per output channel: Krishnamoorthi, Quantizing deep convolutional networks for efficient inference,
/// 2018, sec. 2.2.
/// Error: |weight - scale[o] * q| <= scale[o] / 2.
struct QuantisedSynapses {
  static constexpr int largest = 127;

  std::vector<std::int8_t> weight;
  std::vector<float> scale;

  explicit QuantisedSynapses(FoldedSynapses const& s) : weight(s.weight.size()), scale(s.bias.size(), 0.0f) {
    std::size_t const out = scale.size();
    for (std::size_t i = 0; i < weight.size(); ++i) scale[i % out] = std::max(scale[i % out], std::abs(s.weight[i]));
    for (float& value : scale) value /= float(largest);
    for (std::size_t i = 0; i < weight.size(); ++i) {
      float const unit = scale[i % out];
      double const q = unit > 0 ? std::nearbyint(double(s.weight[i]) / double(unit)) : 0.0;
      weight[i] = std::int8_t(std::clamp(q, -double(largest), double(largest)));
    }
  }

  /// The values that they stand for.
  std::vector<float> values() const {
    std::vector<float> v(weight.size());
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = float(weight[i]) * scale[i % scale.size()];
    return v;
  }
};

}  // namespace tet::detail
