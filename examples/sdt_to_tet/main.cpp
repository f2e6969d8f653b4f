// SPDX-License-Identifier: MIT

// Can TET leave a minimum that SDT has found? Trains with SDT, then goes on with TET; the run that it is compared with
// goes on with SDT, with everything else the same.

#include "switching.hpp"

#include <examples/experiments/program.hpp>
#include <examples/experiments/study.hpp>
#include <examples/experiments/subject.hpp>
#include <examples/experiments/summary.hpp>

#include <cstdio>
#include <string>

namespace {

using experiments::Objective;
using nlohmann::json;

/// Trains one run and measures its end. Both kinds are the same to the bit until the switch, so the flatness there is
/// measured once.
json train(experiments::Study& study, experiments::Subject& subject, std::string const& kind, long number,
           Objective second, experiments::Options const& o, sdt_to_tet::SwitchOptions const& options) {
  tet::Seed const seed{std::uint64_t(number)};
  std::string const name = kind + "-" + std::to_string(number);
  json result = study.run(name, [&](experiments::RunFiles const& files) {
    experiments::Stage const stages[] = {
        {.epochs = o.epochs,
         .timesteps = o.timesteps,
         .objective = Objective::sdt,
         .learning_rate = {},
         .weights_after = second == Objective::tet ? study.files("before-" + std::to_string(number)).weights : ""},
        {.epochs = options.epochs_after, .timesteps = o.timesteps, .objective = second}};
    json const training = experiments::as_json(subject.train(seed, stages, files));
    return json{{"training", training}, {"test", experiments::as_json(subject.evaluate(tet::Timesteps{o.timesteps}))}};
  });
  result["flatness"] = study.run(name + "-flatness", [&](experiments::RunFiles const&) {
    subject.load(study.files(name).weights);
    return flatness(subject, options.flatness, seed);
  });
  return result;
}

void run(experiments::CommandLine const& line, experiments::Options const& o,
         sdt_to_tet::SwitchOptions const& options) {
  experiments::Study study(o.out, line.program(), line.settings());
  auto const subject = experiments::make_subject(o);
  subject->probe(options.flatness.samples, tet::Timesteps{o.timesteps});
  sdt_to_tet::Runs runs;
  for (long number = 1; number <= o.seeds; ++number) {
    runs.switched.push_back(train(study, *subject, "switched", number, Objective::tet, o, options));
    std::string const before = "before-" + std::to_string(number);
    runs.before.push_back(study.run(before, [&](experiments::RunFiles const& files) {
      subject->load(files.weights);
      return json{{"flatness", flatness(*subject, options.flatness, tet::Seed{std::uint64_t(number)})}};
    }));
    runs.stayed.push_back(train(study, *subject, "stayed", number, Objective::sdt, o, options));
  }

  study.write("results.json",
              json{{"stayed", runs.stayed}, {"switched", runs.switched}, {"before", runs.before}}.dump(1) + "\n");
  write(make_report(runs, options, line), o.out);
  std::printf("%s\n", study.path("report.html").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  experiments::CommandLine line("sdt_to_tet", "From SDT to TET in the middle of a training", "sdt_to_tet-results");
  sdt_to_tet::SwitchOptions options;
  line.add("--epochs-after", options.epochs_after, "of the second part; --epochs are those of the first, with SDT", 1,
           100000);
  add_options(line, options.flatness);
  return experiments::run_program(line, argc, argv, [&](experiments::Options const& o) { run(line, o, options); });
}
