// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/threads.hpp>
#include <tet/model/choices.hpp>
#include <tet/model/model.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace tet {

/// What a training step of a network needs, known before anything is allocated.
struct MemoryNeed {
  Index activations = 0;  ///< input, outputs kept for backward, gradients between layers
  Index workspace = 0;    ///< scratch of the largest primitive
  Index parameters = 0;   ///< parameters, their gradients, statistics; optimisers keep their own state on top

  Index total() const { return activations + workspace + parameters; }
};

/// Bytes of one training step of Net at T timesteps and B samples, on a backend as it is made without options.
template <class Net, class Backend, class Scalar = float>
MemoryNeed memory_for(Timesteps timesteps, BatchSize batch, Presentation presentation = Presentation::temporal,
                      Backend const& exec = Backend{}) {
  detail::NetworkPlan<Net, Backend, Scalar> plan;
  detail::TensorCursor cursor;
  plan.chain.place(cursor);
  detail::Planner<Backend> planner{exec, {}, 0};
  plan.plan(planner, {timesteps.value, batch.value, presentation == Presentation::repeated});
  return {planner.arena.peak(), planner.workspace,
          (2 * cursor.parameters() + cursor.statistics()) * Index(sizeof(Scalar))};
}

/// Bytes of one training step: the sum of memory_for.
template <class Net, class Backend, class Scalar = float>
Index bytes_for(Timesteps timesteps, BatchSize batch, Presentation presentation = Presentation::temporal) {
  return memory_for<Net, Backend, Scalar>(timesteps, batch, presentation).total();
}

/// The layers of a network at T timesteps of B samples, in order.
template <class Net, class Backend, class Scalar = float>
std::vector<LayerRow> layer_rows(Timesteps timesteps, BatchSize batch,
                                 Presentation presentation = Presentation::temporal, Backend const& exec = Backend{}) {
  detail::NetworkPlan<Net, Backend, Scalar> plan;
  detail::Planner<Backend> planner{exec, {}, 0};
  plan.plan(planner, {timesteps.value, batch.value, presentation == Presentation::repeated});
  std::vector<LayerRow> rows;
  plan.chain.describe("", rows);
  return rows;
}

namespace detail {

inline std::string with_thousands(Index value) {
  std::string digits = std::to_string(value);
  for (Index at = Index(digits.size()) - 3; at > 0; at -= 3) digits.insert(std::size_t(at), 1, ',');
  return digits;
}

inline std::string shape_text(std::vector<Index> const& shape) {
  std::string text = "(";
  for (Index const extent : shape) {
    if (text.size() > 1) text += ", ";
    text += std::to_string(extent);
  }
  text += ")";
  return text;
}

}  // namespace detail

/// A table of a network: layer, output shape, signal kind, parameters, multiply-accumulates of one timestep of one
/// sample, bytes kept for backward at (T, B); what a training step needs in all; and how each layer's synapses are
/// computed, by the density of their input.
template <class Net, class Backend, class Scalar = float>
std::string describe(Timesteps timesteps, BatchSize batch, Presentation presentation = Presentation::temporal,
                     Backend const& exec = Backend{}) {
  auto const rows = layer_rows<Net, Backend, Scalar>(timesteps, batch, presentation, exec);
  std::string text;
  auto const line = [&](std::string const& place, std::string const& layer, std::string const& shape,
                        std::string const& kind, std::string const& parameters, std::string const& macs,
                        std::string const& bytes) {
    char buffer[200];
    std::snprintf(buffer, sizeof buffer, "%-22s %-14s %-16s %-7s %12s %15s %15s\n", place.c_str(), layer.c_str(),
                  shape.c_str(), kind.c_str(), parameters.c_str(), macs.c_str(), bytes.c_str());
    text += buffer;
  };
  line("place", "layer", "output", "kind", "parameters", "MAC / frame", "bytes kept");
  auto const& in = Net::input_shape;
  std::vector<Index> const input(in.extent, in.extent + in.rank);
  line("", "Input", detail::shape_text(input), Net::InputSignal::Kind::name, "", "", "");
  LayerRow sum;
  for (LayerRow const& row : rows) {
    line(row.place, row.layer, detail::shape_text(row.shape), row.kind, detail::with_thousands(row.parameters),
         detail::with_thousands(row.macs), detail::with_thousands(row.bytes));
    sum.parameters += row.parameters;
    sum.macs += row.macs;
    sum.bytes += row.bytes;
  }
  line("", "total", "", "", detail::with_thousands(sum.parameters), detail::with_thousands(sum.macs),
       detail::with_thousands(sum.bytes));
  MemoryNeed const need = memory_for<Net, Backend, Scalar>(timesteps, batch, presentation, exec);
  text += "a training step at T = " + std::to_string(timesteps.value) + ", B = " + std::to_string(batch.value) +
          " needs " + detail::with_thousands(need.total()) + " bytes: " + detail::with_thousands(need.activations) +
          " activations and their " + "gradients, " + detail::with_thousands(need.workspace) + " scratch, " +
          detail::with_thousands(need.parameters) + " parameters and gradients\n\n";
  return text + detail::rule_table(rows);
}

/// The same for a model that exists, on its backend.
template <class Net, class Backend, class Scalar>
std::string describe(Model<Net, Backend, Scalar> const& model, Timesteps timesteps, BatchSize batch,
                     Presentation presentation = Presentation::temporal) {
  return describe<Net, Backend, Scalar>(timesteps, batch, presentation, model.exec());
}

}  // namespace tet
