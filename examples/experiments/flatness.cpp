// SPDX-License-Identifier: MIT
#include "flatness.hpp"

#include <tet/analysis/hessian.hpp>
#include <tet/analysis/sharpness.hpp>

#include <span>

namespace experiments {

void add_options(CommandLine& line, FlatnessOptions& o) {
  line.add("--samples", o.samples, "of the training set, on which losses and gradients are probed", 1, 1000000000);
  line.add("--step", o.step, "of gradient differences, as a share of the weights' length", 1e-8, 1);
  line.add("--iterations", o.iterations, "of the power iteration, at most", 1, 10000);
  line.add("--probes", o.probes, "random vectors of the trace; 0: no trace", 0, 10000);
  line.add("--radius", o.radius, "of the sharpness, as a share of each filter's length", 1e-6, 10);
  line.add("--ascent", o.ascent, "steps of gradient ascent of the sharpness", 1, 10000);
  line.add("--directions", o.directions, "random directions of the sharpness", 1, 10000);
}

nlohmann::json flatness(Subject& subject, FlatnessOptions const& o, tet::Seed seed) {
  using Weights = std::span<float const>;
  namespace analysis = tet::analysis;
  auto const weights = subject.weights();
  auto const filters = subject.filters();
  analysis::HessianOptions const hessian{
      .step = o.step, .iterations = int(o.iterations), .tolerance = 0.02, .probes = int(o.probes), .seed = seed};
  nlohmann::json result;
  for (Objective const objective : {Objective::sdt, Objective::tet}) {
    auto const loss_at = [&](Weights w) {
      auto const losses = subject.losses(w);
      return objective == Objective::sdt ? losses.sdt : losses.tet;
    };
    auto const gradient_at = [&](Weights w) { return subject.gradient(objective, w); };
    auto const top = analysis::largest_eigenvalue(gradient_at, Weights(weights), hessian);
    auto const sharp = analysis::sharpness(
        loss_at, gradient_at, Weights(weights), filters,
        {.radius = o.radius, .steps = int(o.ascent), .directions = int(o.directions), .seed = seed});
    auto& own = result[name_of(objective)];
    own = {{"loss", sharp.loss},
           {"eigenvalue", top.value},
           {"iterations", top.iterations},
           {"converged", top.converged},
           {"worst_increase", sharp.worst_increase},
           {"random_increase", sharp.random_increase}};
    if (o.probes == 0) continue;
    auto const trace = analysis::hessian_trace(gradient_at, Weights(weights), hessian);
    own["trace"] = trace.value;
    own["trace_error"] = trace.error;
  }
  return result;
}

}  // namespace experiments
