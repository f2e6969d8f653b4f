// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tet/cpu.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace tet::test {

/// Folding and other kernels round differently, and one rounding can flip a spike and all that follows. Here none can:
/// weights, biases, means and inputs are multiples of 1/16, BatchNorm's scales powers of two, and thresholds lie 2^-15
/// off the grid of all membrane potentials, more than the rounding. So spikes must agree, and outputs to rounding. One
/// weight of each output is 127/128, so that
/// Int8's scales are 2^-7 and hold all weights as they are.
inline constexpr float off_grid = 1 + 1.0f / 32768;

template <Reset reset = Reset::hard>
using OffGridLif = Lif<LifConfig{.tau = 0.5f, .threshold = off_grid, .reset = reset}>;

inline bool ends_with(std::string const& text, std::string const& end) {
  return text.size() >= end.size() && text.compare(text.size() - end.size(), end.size(), end) == 0;
}

/// A model with parameters and statistics as above.
template <class Net>
Model<Net, Cpu> exact_model(Seed seed, double bias = 0, Cpu exec = Cpu{}) {
  Model<Net, Cpu> model{seed, std::move(exec)};
  auto const tensors = model.tensors();
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    TensorInfo const& info = tensors[i];
    auto const count = std::size_t(info.count);
    if (info.role == TensorRole::counter) continue;
    auto values = random_multiples<float>(seed, number++, count, -0.5, 0.5, 1.0 / 16);
    if (ends_with(info.name, "running_var")) {
      values = random_values<float>(seed, number++, count, 0.5, 2);
      auto gamma = random_multiples<float>(seed, number++, count, 0, 1, 1);
      for (std::size_t c = 0; c < count; ++c)
        gamma[c] = float((gamma[c] == 0 ? 0.5 : 1) * std::sqrt(double(values[c]) + 1e-5));
      model.set(tensors[i - 3], gamma);
    } else if (ends_with(info.name, "bias")) {
      for (float& value : values) value += float(bias);
    } else if (info.shape.size() > 1) {
      std::size_t const inputs = count / std::size_t(info.shape[0]);
      for (std::size_t o = 0; o < std::size_t(info.shape[0]); ++o)
        values[o * inputs + o % inputs] = o % 2 == 0 ? 127.0f / 128 : -127.0f / 128;
    }
    model.set(info, values);
  }
  return model;
}

/// Frames of [0, 1] for spikes, multiples of 1/4 in -2…2 for analog input, of the divisor for counts.
template <class Net>
std::vector<float> exact_input(Seed seed, Index frames) {
  using Kind = typename Net::InputSignal::Kind;
  auto const count = std::size_t(frames * Net::input_shape.size());
  if constexpr (std::is_same_v<Kind, Spike>) return random_multiples<float>(seed, 99, count, 0, 1, 1);
  else if constexpr (std::is_same_v<Kind, Analog>) return random_multiples<float>(seed, 99, count, -2, 2, 0.25);
  else return random_multiples<float>(seed, 99, count, 0, double(Kind::max) / Kind::divisor, 1.0 / Kind::divisor);
}

/// O[t, b, k] of a model in inference mode, one for each timestep.
template <class Net, class Scalar>
std::vector<std::vector<float>> model_outputs(Model<Net, Cpu, Scalar>& model, InputBatch<float> const& batch) {
  auto const out = model.forward(batch, Mode::inference);
  std::vector<std::vector<float>> rows;
  for (Index t = 0; t < batch.timesteps.value; ++t) {
    Scalar const* const from = out.data + (out.timesteps == 1 ? 0 : t) * out.batch * out.size;
    rows.emplace_back(from, from + out.batch * out.size);
  }
  return rows;
}

/// Mean over the first `timesteps` rows.
inline std::vector<float> mean_of(std::vector<std::vector<float>> const& rows, std::size_t timesteps) {
  std::vector<float> mean(rows[0].size());
  for (std::size_t i = 0; i < mean.size(); ++i) {
    double sum = 0;
    for (std::size_t t = 0; t < timesteps; ++t) sum += double(rows[t][i]);
    mean[i] = float(sum / double(timesteps));
  }
  return mean;
}

}  // namespace tet::test
