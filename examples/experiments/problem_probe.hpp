// SPDX-License-Identifier: MIT
#pragma once

#include "probe.hpp"
#include "problems.hpp"

#include <tet/analysis/disturbed.hpp>
#include <tet/analysis/quantised_weights.hpp>
#include <tet/cpu.hpp>
#include <tet/inference/inference.hpp>
#include <tet/io/safetensors.hpp>
#include <tet/model/model.hpp>

#include <string>
#include <type_traits>
#include <utility>

namespace experiments {

/// The Probe of one network and data set.
template <class Problem>
class ProblemProbe final : public Probe {
 public:
  using Net = typename Problem::Net;
  using Set = typename Problem::Set;
  static constexpr bool takes_events = std::is_same_v<typename Net::InputSignal::Kind, tet::Spike>;
  using Noise = std::conditional_t<takes_events, tet::analysis::FalseEvents, tet::analysis::GaussianNoise>;

  explicit ProblemProbe(Options const& options) : test_(Problem::data(options).test) {}

  void load(std::string const& weights) override { tet::io::load_safetensors(model_, weights); }

  Outputs outputs(tet::Timesteps timesteps) override { return of(model_, test_, timesteps); }

  Outputs with_noise(tet::Timesteps timesteps, double strength, tet::Seed seed) override {
    return of(model_, tet::analysis::Disturbed<Set, Noise>(test_, Noise{strength}, seed), timesteps);
  }
  std::string noise_name() const override {
    return takes_events ? "false events (probability per pixel, polarity and timestep)"
                        : "Gaussian noise (deviation, in deviations of the pixels)";
  }

  Outputs with_dropped_input(tet::Timesteps timesteps, double share, tet::Seed seed) override {
    using Dropped = tet::analysis::DroppedInput;
    return of(model_, tet::analysis::Disturbed<Set, Dropped>(test_, Dropped{share}, seed), timesteps);
  }

  Outputs with_rounded_weights(tet::Timesteps timesteps, int bits) override {
    return tet::analysis::with_quantised_weights(model_, bits, [&] { return of(model_, test_, timesteps); });
  }

  Outputs as_int8(tet::Timesteps timesteps) override {
    tet::Inference<Net, tet::Cpu, tet::Int8> engine{model_, {.batch_size = at_once}};
    return of(engine, test_, timesteps);
  }

 private:
  static constexpr tet::Index at_once = 64;

  template <class Network, class Data>
  static Outputs of(Network& network, Data const& data, tet::Timesteps timesteps) {
    return tet::analysis::record_outputs(network, data, timesteps, at_once);
  }

  Set test_;
  tet::Model<Net, tet::Cpu> model_{tet::Seed{1}};
};

}  // namespace experiments
