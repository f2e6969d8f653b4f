// SPDX-License-Identifier: MIT

// Trains one network on the recordings of a real event camera, with the standard loss (SDT) and with temporal efficient
// training (TET), over several seeds; writes the weights that examples/streaming runs.

#include "../report/statistics.hpp"
#include "options.hpp"

#include <tet/io/safetensors.hpp>
#include <tet/tet.hpp>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>

namespace {

using Model = tet::Model<nmnist::Net, tet::Cpu>;

/// What one run reached.
struct Outcome {
  std::string loss;
  std::uint64_t seed;
  std::vector<double> accuracy_at;  // [T]
  double spike_rate, synaptic_operations, seconds;
};

template <class Loss>
Outcome train(Options const& o, tet::data::RecordingSplits const& data, std::string const& name, Loss const& loss,
              std::uint64_t seed) {
  std::string const run = (std::filesystem::path(o.output) / (name + "-" + std::to_string(seed))).string();
  std::printf("%s, seed %llu\n", Loss::name, static_cast<unsigned long long>(seed));
  std::fflush(stdout);
  tet::Timesteps const timesteps{o.timesteps};
  Model model{tet::Seed{seed}};
  tet::Adam optimizer{model, {.learning_rate = o.learning_rate}};
  auto const begin = std::chrono::steady_clock::now();
  tet::fit(model, optimizer, data.train, data.test,
           tet::FitOptions{.batch_size = o.batch,
                           .seed = tet::Seed{seed},
                           .checkpoint = run + ".ckpt",
                           .resume = o.resume ? tet::Resume::if_present : tet::Resume::never,
                           .metrics = run + ".csv"},
           tet::CosineSchedule{}, tet::TrainingStage{o.epochs, timesteps, loss});
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  tet::io::save_safetensors(model, run + ".safetensors");
  auto const activity = tet::analysis::spike_activity(model, data.test, timesteps);
  return {name,
          seed,
          tet::evaluate(model, data.test, timesteps).accuracy_at,
          activity.rate(),
          activity.synaptic_operations_per_sample(),
          seconds};
}

/// One column for each loss, one row for each quantity: its mean and standard deviation over the seeds.
class Table {
 public:
  explicit Table(std::vector<Outcome> const& outcomes) {
    for (Outcome const& o : outcomes) {
      if (losses_.empty() || losses_.back() != o.loss) losses_.push_back(o.loss), runs_.emplace_back();
      runs_.back().push_back(o);
    }
  }

  void print() const {
    std::printf("\n%-32s", "");
    for (std::string const& loss : losses_) std::printf(" %20s", loss.c_str());
    std::printf("\n");
    for (std::size_t t = 0; t < runs_[0][0].accuracy_at.size(); ++t)
      row("test accuracy at T = " + std::to_string(t + 1), 100, " %",
          [t](Outcome const& o) { return o.accuracy_at[t]; });
    row("spike rate", 100, " %", [](Outcome const& o) { return o.spike_rate; });
    row("synaptic operations a sample", 1e-6, " M", [](Outcome const& o) { return o.synaptic_operations; });
    row("training and tests, this call", 1, " s", [](Outcome const& o) { return o.seconds; });
  }

 private:
  template <class Quantity>
  void row(std::string const& title, double scale, char const* unit, Quantity quantity) const {
    std::printf("%-32s", title.c_str());
    for (auto const& runs : runs_) {
      std::vector<double> values;
      for (Outcome const& o : runs) values.push_back(scale * quantity(o));
      int const width = values.size() > 1 ? 21 : 20;  // a plus-minus sign has two bytes
      std::printf(" %*s", width, (report::text(report::statistics(values), 2) + unit).c_str());
    }
    std::printf("\n");
  }

  std::vector<std::string> losses_;
  std::vector<std::vector<Outcome>> runs_;  // of each loss
};

void write_results(std::string const& path, std::vector<Outcome> const& outcomes) {
  std::string text = "loss,seed,T,test accuracy\n";
  for (Outcome const& o : outcomes)
    for (std::size_t t = 0; t < o.accuracy_at.size(); ++t)
      text += o.loss + "," + std::to_string(o.seed) + "," + std::to_string(t + 1) + "," +
              std::to_string(o.accuracy_at[t]) + "\n";
  tet::write_atomically(path, std::as_bytes(std::span(text)));
}

}  // namespace

int main(int argc, char** argv) try {
  Options o;
  int status = 0;
  if (!parse(argc, argv, o, status)) return status;
  if (o.threads > 0) tet::set_threads(o.threads);
  std::filesystem::create_directories(o.output);
  auto const data =
      tet::data::nmnist(o.data, {.slice = tet::data::Slice::duration, .frames = {o.timesteps}, .amount = o.duration});
  std::printf("%s\n%td training and %td test recordings, %ld frames of %ld us\n\n",
              tet::describe<nmnist::Net, tet::Cpu>(tet::Timesteps{o.timesteps}, tet::BatchSize{o.batch}).c_str(),
              data.train.size(), data.test.size(), o.timesteps, o.duration);
  std::vector<Outcome> outcomes;
  auto const runs = [&](std::string const& name, auto const& loss) {
    if (o.loss != "both" && o.loss != name) return;
    for (long n = 0; n < o.seeds; ++n) {
      outcomes.push_back(train(o, data, name, loss, o.first_seed + std::uint64_t(n)));
      write_results((std::filesystem::path(o.output) / "results.csv").string(), outcomes);
    }
  };
  runs("sdt", tet::SdtLoss{});
  runs("tet", tet::TetLoss{.lambda = o.lambda});
  Table(outcomes).print();
} catch (std::exception const& error) {
  std::fprintf(stderr, "nmnist: %s\n", error.what());
  return 1;
}
