// SPDX-License-Identifier: MIT
#pragma once

#include "model/random_batch.hpp"

#include <tet/io/safetensors_model.hpp>
#include <tet/tet.hpp>

#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>

namespace bench {

/// The folder of trained weights that benchmarks of networks run with, FOLDER/<network>.safetensors; empty: the default
/// initialisation. The environment says it, since Google Benchmark owns the command line.
inline std::string trained_weights() {
  char const* const folder = std::getenv("TET_BENCHMARK_WEIGHTS");
  return folder == nullptr ? "" : folder;
}

/// A network's model: seed 1, or its trained weights.
/// Throws: IoError for weights that are missing or belong to another network.
template <class Net>
tet::Model<Net, tet::Cpu> start_model(std::string const& network) {
  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  std::string const folder = trained_weights();
  if (!folder.empty()) tet::io::load_safetensors(model, folder + "/" + network + ".safetensors");
  return model;
}

/// What it is fed with: random values, or, where its weights are trained, the first test images of CIFAR-10 in the
/// folder that TET_BENCHMARK_CIFAR10 names.
template <class Net>
tet::Batch start_batch(tet::Timesteps timesteps, tet::BatchSize batch_size, tet::Presentation presentation) {
  tet::Batch batch = random_batch<Net>(timesteps, batch_size, presentation);
  if (trained_weights().empty()) return batch;
  char const* const folder = std::getenv("TET_BENCHMARK_CIFAR10");
  if (folder == nullptr) throw std::runtime_error("TET_BENCHMARK_CIFAR10: expected the folder of CIFAR-10's images");
  auto const images = tet::data::cifar10(folder).test;
  if (images.shape() != Net::input_shape || presentation != tet::Presentation::repeated)
    throw std::runtime_error("TET_BENCHMARK_WEIGHTS: only networks of 32x32x3 images run with trained weights");
  std::span<float> values(batch.values);
  for (tet::Index i = 0; i < batch_size.value; ++i) {
    auto const one = std::size_t(images.shape().size());
    images.sample(i, timesteps, {}, values.subspan(std::size_t(i) * one, one));
    batch.labels[std::size_t(i)] = images.label(i);
  }
  return batch;
}

}  // namespace bench
