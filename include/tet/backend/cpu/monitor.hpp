// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/neuron/concepts.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

namespace tet {

/// Which neurons have spiked in any and in all of a signal's frames so far: any |= bits, all &= bits.
///
/// Shape: s [frames][pixels][C], any and all the words of one frame.
template <class Loops, class Scalar>
void fold_spikes(BasicCpu<Loops>& exec, Activation<Spike, Scalar> s, Index frames, std::uint64_t* any,
                 std::uint64_t* all) {
  Index const words = s.pixels / frames * s.words_per_pixel();
  cpu::Partition const partition(words, 64);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    for (Index f = 0; f < frames; ++f)
      for (Index w = partition.begin(task); w < partition.end(task); ++w) {
        any[w] |= s.data[f * words + w];
        all[w] &= s.data[f * words + w];
      }
  });
}

/// Adds a layer's membrane potentials, as they stand before a reset, to a histogram: counts[0] those below `low`,
/// counts[1 … bins] equal bins from `low` to `high`, counts[bins + 1] those from `high` on.
///
/// Order: whole numbers, so any order; a potential may differ from that of neuron_forward in its last bits.
template <NeuronModel Neuron, class Loops, class Kind, class Normalise, class Scalar>
void count_potentials(BasicCpu<Loops>& exec, NeuronCall<Kind, Normalise, Scalar> const& call, double low, double high,
                      Index bins, double* counts) {
  using State = typename Neuron::template State<Scalar>;
  using Parameters = typename Neuron::template Parameters<Scalar>;
  constexpr auto const& learnable = neuron_parameters<Neuron>;
  static_assert(
      requires(typename Neuron::template Step<Scalar> f) { f.u; },
      "tet::count_potentials: the neuron's Step must say its membrane potential, u");
  cpu::Partition const partition(call.pixels, 16);
  std::vector<double> rows(std::size_t(partition.tasks() * (bins + 2)), 0.0);
  double const per_unit = double(bins) / (high - low);
  exec.parallel_for(partition.tasks(), [&](Index task, Index) {
    double* const row = rows.data() + task * (bins + 2);
    for (Index n = partition.begin(task); n < partition.end(task); ++n) {
      for (Index c = 0; c < call.x.channels; ++c) {
        Parameters parameters{};
        if constexpr (learnable.size() > 0) {
          std::array<Scalar, learnable.size()> values;
          for (std::size_t i = 0; i < learnable.size(); ++i)
            values[i] = call.parameters[i][learnable[i].sharing == Sharing::per_layer ? 0 : c];
          parameters = std::bit_cast<Parameters>(values);
        }
        State state{};
        for (Index t = 0; t < call.timesteps; ++t) {
          Scalar x = call.x.value(call.repeated ? n : t * call.pixels + n, c);
          if constexpr (!std::is_same_v<Normalise, NoNormalisation>)
            x = (x - call.normalise.mean[c]) * call.normalise.scale[c] + call.normalise.shift[c];
          auto const f = Neuron::template step<Scalar, NeuronFire<Neuron>>(state, parameters, x);
          double const u = double(f.u);
          Index bin = u < low ? 0 : bins + 1;
          if (u >= low && u < high) bin = std::min(Index((u - low) * per_unit), bins - 1) + 1;
          row[bin] += 1;
          state = f.next;
        }
      }
    }
  });
  for (Index task = 0; task < partition.tasks(); ++task)
    for (Index k = 0; k < bins + 2; ++k) counts[k] += rows[std::size_t(task * (bins + 2) + k)];
}

}  // namespace tet
