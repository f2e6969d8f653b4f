// SPDX-License-Identifier: MIT

// Are the minima that TET finds flatter than those of SDT? Loss landscapes along filter-normalised directions, the
// largest Hessian eigenvalue, its trace, and sharpness, around weights that were trained with either loss.

#include "landscape.hpp"

#include <examples/experiments/program.hpp>
#include <examples/experiments/study.hpp>
#include <examples/experiments/subject.hpp>
#include <examples/experiments/summary.hpp>

#include <tet/analysis/landscape.hpp>

#include <cstdio>
#include <span>
#include <string>

namespace {

using experiments::Objective;
using experiments::Subject;
using loss_landscape::LandscapeOptions;
using nlohmann::json;
using Weights = std::span<float const>;

json both_losses(std::vector<tet::analysis::ProbedLosses> const& values) {
  json result = {{"sdt", json::array()}, {"tet", json::array()}};
  for (auto const& v : values) {
    result["sdt"].push_back(v.sdt);
    result["tet"].push_back(v.tet);
  }
  return result;
}

json measure_line(Subject& subject, LandscapeOptions const& o, tet::Seed seed) {
  auto const weights = subject.weights();
  auto const d = tet::analysis::filter_normalised_direction(Weights(weights), subject.filters(), seed);
  auto const a = loss_landscape::places(o.points, o.reach);
  json result = both_losses(tet::analysis::landscape_line([&](Weights w) { return subject.losses(w); },
                                                          Weights(weights), Weights(d), std::span(a)));
  result["a"] = a;
  return result;
}

json measure_plane(Subject& subject, LandscapeOptions const& o, tet::Seed seed) {
  auto const weights = subject.weights();
  auto const filters = subject.filters();
  auto const d = tet::analysis::filter_normalised_direction(Weights(weights), filters, seed, 0);
  auto const e = tet::analysis::filter_normalised_direction(Weights(weights), filters, seed, 1);
  auto const a = loss_landscape::places(o.plane, o.reach);
  json result =
      both_losses(tet::analysis::landscape_plane([&](Weights w) { return subject.losses(w); }, Weights(weights),
                                                 Weights(d), Weights(e), std::span(a), std::span(a)));
  result["a"] = a;
  return result;
}

loss_landscape::Method measure(experiments::Study& study, Subject& subject, Objective objective,
                               experiments::Options const& o, LandscapeOptions const& options) {
  loss_landscape::Method method{.objective = objective, .seeds = {}, .plane = {}};
  std::string const kind = objective == Objective::sdt ? "sdt-" : "tet-";
  for (long number = 1; number <= o.seeds; ++number) {
    tet::Seed const seed{std::uint64_t(number)};
    std::string const name = kind + std::to_string(number);
    json seed_result = study.run(name, [&](experiments::RunFiles const& files) {
      experiments::Stage const stage{.epochs = o.epochs, .timesteps = o.timesteps, .objective = objective};
      json const training = experiments::as_json(subject.train(seed, std::span(&stage, 1), files));
      return json{{"training", training},
                  {"test", experiments::as_json(subject.evaluate(tet::Timesteps{o.timesteps}))}};
    });
    auto const around = [&](char const* what, auto const& work) {
      return study.run(name + "-" + what, [&](experiments::RunFiles const&) {
        subject.load(study.files(name).weights);
        return work();
      });
    };
    seed_result["line"] = around("line", [&] { return measure_line(subject, options, seed); });
    seed_result["flatness"] = around("flatness", [&] { return flatness(subject, options.flatness, seed); });
    if (number == 1) method.plane = around("plane", [&] { return measure_plane(subject, options, seed); });
    method.seeds.push_back(std::move(seed_result));
  }
  return method;
}

void run(experiments::CommandLine const& line, experiments::Options const& o, LandscapeOptions const& options) {
  experiments::Study study(o.out, line.program(), line.settings());
  auto const subject = experiments::make_subject(o);
  subject->probe(options.flatness.samples, tet::Timesteps{o.timesteps});
  auto const sdt = measure(study, *subject, Objective::sdt, o, options);
  auto const tet = measure(study, *subject, Objective::tet, o, options);

  auto const all = [](loss_landscape::Method const& m) { return json{{"seeds", m.seeds}, {"plane", m.plane}}; };
  study.write("results.json", json{{"sdt", all(sdt)}, {"tet", all(tet)}}.dump(1) + "\n");
  for (report::Table const& table : loss_landscape::raw_numbers(sdt, tet)) study.write(table.file + ".csv", csv(table));
  write(make_report(sdt, tet, options, line), o.out);
  std::printf("%s\n", study.path("report.html").c_str());
}

}  // namespace

int main(int argc, char** argv) {
  experiments::CommandLine line("loss_landscape", "Flatness of the minima that SDT and TET find",
                                "loss_landscape-results");
  LandscapeOptions options;
  line.add("--points", options.points, "of a line through the weights", 2, 10000);
  line.add("--plane", options.plane, "places on each axis of the plane", 2, 1000);
  line.add("--reach", options.reach, "furthest from the weights, in lengths of their filters", 1e-6, 100);
  add_options(line, options.flatness);
  return experiments::run_program(line, argc, argv, [&](experiments::Options const& o) { run(line, o, options); });
}
