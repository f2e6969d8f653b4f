// SPDX-License-Identifier: MIT

// Time Inheritance Training against training at the target's timesteps from scratch: accuracy against wall time and
// against synaptic operations, over seeds.

#include "pages.hpp"
#include "run.hpp"

#include <examples/experiments/program.hpp>
#include <examples/experiments/publish.hpp>
#include <examples/experiments/study.hpp>
#include <examples/experiments/subject.hpp>

#include <tet/core/error.hpp>
#include <tet/core/threads.hpp>

#include <string>
#include <vector>

namespace {

using nlohmann::json;

/// Parts of `plan` are among the settings of `line`: a 0 becomes what it stands for before they are stored.
void run(experiments::CommandLine const& line, experiments::Options const& o, time_inheritance::Plan& plan) {
  plan.epochs = o.epochs;
  plan.target = o.timesteps;
  if (plan.small == 0) plan.small = o.timesteps > 2 ? 2 : 1;
  if (plan.target_epochs == 0) plan.target_epochs = (o.epochs + 5) / 6;
  if (plan.small >= plan.target)
    tet::refuse("--small-timesteps", std::to_string(plan.small),
                "less than the target's " + std::to_string(plan.target));

  auto const subject = experiments::make_subject(o);
  experiments::Study study(o.out, line.program(), line.settings());
  std::vector<time_inheritance::Outcome> outcomes;
  for (time_inheritance::Way const& way : time_inheritance::ways(plan)) outcomes.push_back({way, {}});
  for (long seed = 1; seed <= o.seeds; ++seed)
    for (time_inheritance::Outcome& outcome : outcomes)
      outcome.runs.push_back(time_inheritance::run(study, *subject, outcome.way, plan, seed));

  report::Report page = time_inheritance::make_report(outcomes, plan, subject->train_samples());
  if (o.dataset == "digits")
    page.paragraph(
        "The digits are recordings of an event camera: fewer timesteps also show less of the recording, "
        "unlike an image, which is shown as a whole at every timestep.");
  experiments::add_making(page, line, *subject);
  page.settings.emplace_back("threads", std::to_string(tet::threads()));
  report::write(page, study.folder());
  study.write("results.csv", report::csv(time_inheritance::all_numbers(outcomes, subject->train_samples())));
  json all;
  for (auto const& outcome : outcomes) all[outcome.way.short_name] = outcome.runs;
  study.write("results.json", all.dump(1) + "\n");
  experiments::print_claims(page, study);
}

}  // namespace

int main(int argc, char** argv) {
  experiments::CommandLine line("time_inheritance",
                                "Training at a small T and then at the target (--timesteps), against training at the "
                                "target from scratch",
                                "time_inheritance");
  time_inheritance::Plan plan{.small = 0, .target_epochs = 0};
  line.add("--small-timesteps", plan.small,
           "where inheritance begins; 0: 2, as in the paper, or 1 where the target is 2", 0, 1000);
  line.add("--target-epochs", plan.target_epochs, "at the target after --epochs at the small T; 0: a sixth of them", 0,
           100000);
  line.add("--target-learning-rate", plan.target_learning_rate, "where its schedule begins; 0: as --learning-rate", 0,
           1e6);
  line.add("--reestimate-batches", plan.reestimate_batches, "that the run with new statistics takes them over", 1,
           100000);
  return experiments::run_program(line, argc, argv, [&](experiments::Options const& o) { run(line, o, plan); });
}
