// SPDX-License-Identifier: MIT

// Networks trained with SDT and with TET, over time and under disturbances: accuracy at every number of timesteps and of
// each timestep alone, early exit by confidence, noise and gaps in the input, rounded weights.

#include "measure.hpp"
#include "pages.hpp"

#include <examples/experiments/probe.hpp>
#include <examples/experiments/program.hpp>
#include <examples/experiments/publish.hpp>
#include <examples/experiments/study.hpp>
#include <examples/experiments/subject.hpp>

#include <tet/core/error.hpp>

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>

namespace {

using experiments::Objective;
using nlohmann::json;

/// `longest` is among the settings of `line`: 0 becomes what it stands for before they are stored.
void run(experiments::CommandLine const& line, experiments::Options const& o, long& longest) {
  if (longest == 0) longest = o.dataset == "digits" ? std::max(o.timesteps, 8L) : 2 * o.timesteps;
  if (longest < o.timesteps)
    tet::refuse("--longest", std::to_string(longest), "at least the " + std::to_string(o.timesteps) + " of training");

  auto const subject = experiments::make_subject(o);
  auto const probe = experiments::make_probe(o);
  auto const trial = temporal_scaling::trial_for(o.dataset, o.timesteps, longest);
  experiments::Study study(o.out, line.program(), line.settings());
  temporal_scaling::Results results;
  for (long seed = 1; seed <= o.seeds; ++seed) {
    for (Objective const objective : {Objective::sdt, Objective::tet}) {
      std::string const name = std::string(experiments::name_of(objective)) + "-seed" + std::to_string(seed);
      json const result = study.run(name, [&](experiments::RunFiles const& files) {
        experiments::Stage const stage{.epochs = o.epochs, .timesteps = o.timesteps, .objective = objective};
        auto const training = subject->train(tet::Seed{std::uint64_t(seed)}, std::span(&stage, 1), files);
        probe->load(files.weights);
        json measured = temporal_scaling::measure(*probe, trial, tet::Seed{std::uint64_t(seed)});
        measured["seconds"] = training.seconds();
        return measured;
      });
      (objective == Objective::sdt ? results.sdt : results.tet).push_back(result);
    }
  }

  report::Report page = temporal_scaling::make_report(results, trial, probe->noise_name());
  experiments::add_making(page, line, *subject);
  report::write(page, study.folder());
  study.write("results.csv", report::csv(temporal_scaling::all_numbers(results, trial)));
  study.write("results.json", json{{"SDT", results.sdt}, {"TET", results.tet}}.dump(1) + "\n");
  experiments::print_claims(page, study);
}

}  // namespace

int main(int argc, char** argv) {
  experiments::CommandLine line("temporal_scaling",
                                "Accuracy of SDT- and TET-trained networks at every number of timesteps, with early "
                                "exit, and under disturbances",
                                "temporal_scaling");
  long longest = 0;
  line.add("--longest", longest, "most timesteps of the evaluation; 0: what suits the data set", 0, 1000);
  return experiments::run_program(line, argc, argv, [&](experiments::Options const& o) { run(line, o, longest); });
}
