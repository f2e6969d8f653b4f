// SPDX-License-Identifier: MIT
// A whole training program of VGGSNN; program.py says what compiling it costs.
#include <tet/data/frames.hpp>
#include <tet/tet.hpp>

#include <iostream>
#include <vector>

int main() {
  constexpr tet::Index samples = 8, timesteps = 10;
  using Net = tet::zoo::VggSnn<10>;

  tet::Random const random(tet::Seed{1}, 0);
  std::vector<float> events(std::size_t(samples * timesteps * Net::input_shape.size()));
  for (std::size_t i = 0; i < events.size(); ++i) events[i] = random.uniform(i) < 0.1 ? 1.0f : 0.0f;
  std::vector<int> const labels = {0, 1, 2, 3, 4, 5, 6, 7};
  tet::data::Frames const set(Net::input_shape, tet::Timesteps{timesteps}, 10, events, labels);

  tet::Model<Net, tet::Cpu> model{tet::Seed{1}};
  tet::Adam optimizer{model, {.learning_rate = 1e-3f}};
  tet::TetLoss const loss{.lambda = 0.05f};
  for (tet::Batch const& batch : tet::data::batches(set, samples, tet::Timesteps{timesteps}))
    std::cout << tet::train_step(model, loss, optimizer, batch).loss << '\n';
  std::cout << tet::evaluate(model, set, tet::Timesteps{timesteps}) << '\n';
}
