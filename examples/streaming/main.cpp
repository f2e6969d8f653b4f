// SPDX-License-Identifier: MIT

// Classifies a recording of an event camera while its events arrive: a network that examples/nmnist trained runs one
// timestep whenever a frame is complete, and the program stops as soon as it is sure enough.

#include "classifier.hpp"
#include "options.hpp"

#include <tet/io/safetensors.hpp>

#include <cstdio>
#include <exception>

namespace {

using streaming::Classifier;
using streaming::Guess;

void run_one(Options const& o, Classifier& classifier) {
  auto const events = tet::data::read_events(o.recording);
  std::printf("%s: %zu events in %.1f ms\n\n%8s %10s %6s %11s\n", o.recording.c_str(), events.size(),
              double(events.back().t - events.front().t) * 1e-3, "timestep", "seen", "class", "confidence");
  Guess const decision = classifier.classify(events, [](Guess const& g) {
    std::printf("%8td %7.1f ms %6d %9.1f %%\n", g.timestep, double(g.seen_us) * 1e-3, g.label, 100 * g.confidence);
    std::fflush(stdout);
  });
  std::printf("\nclass %d with %.1f %% after %td timestep%s, %.1f ms and %.3f M synaptic operations\n", decision.label,
              100 * decision.confidence, decision.timestep, decision.timestep == 1 ? "" : "s",
              double(decision.seen_us) * 1e-3, classifier.synaptic_operations() * 1e-6);
}

void run_all(Options const& o, Classifier& classifier) {
  auto const set = tet::data::recordings_by_class(o.data, tet::data::nmnist_sensor, 10);
  std::vector<tet::data::Event> events;
  std::vector<tet::Index> stopped(std::size_t(o.most_timesteps));  // recordings decided after t + 1 timesteps
  double timesteps = 0, operations = 0;
  tet::Index correct = 0;
  for (tet::Index i = 0; i < set.size(); ++i) {
    tet::data::read_events(set.path(i), set.sensor(), events);
    Guess const decision = classifier.classify(events);
    correct += decision.label == set.label(i);
    timesteps += double(decision.timestep);
    operations += classifier.synaptic_operations();
    ++stopped[std::size_t(decision.timestep - 1)];
  }
  double const n = double(set.size());
  std::printf("%td recordings: accuracy %.2f %%, %.2f timesteps and %.3f M synaptic operations on average\n",
              set.size(), 100 * double(correct) / n, timesteps / n, operations / n * 1e-6);
  std::printf("decided after");
  for (std::size_t t = 0; t < stopped.size(); ++t)
    std::printf(" %zu: %td%s", t + 1, stopped[t], t + 1 < stopped.size() ? "," : "\n");
}

}  // namespace

int main(int argc, char** argv) try {
  Options o;
  int status = 0;
  if (!parse(argc, argv, o, status)) return status;
  tet::set_threads(1);  // a frame of one recording is too little work for two
  Classifier::Model model{tet::Seed{1}};
  tet::io::load_safetensors(model, o.weights);
  Classifier classifier(model, o.duration, tet::Timesteps{o.most_timesteps}, o.confidence);
  if (o.data.empty()) run_one(o, classifier);
  else run_all(o, classifier);
} catch (std::exception const& error) {
  std::fprintf(stderr, "streaming: %s\n", error.what());
  return 1;
}
