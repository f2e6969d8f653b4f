// SPDX-License-Identifier: MIT
#include <tests/support/image_files.hpp>
#include <tests/support/reference.hpp>
#include <tet/data/image_folder.hpp>
#include <tet/tet.hpp>

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <vector>

using namespace tet;

namespace {

/// SEW-ResNet-18 for small images, eight times as narrow.
using Net = zoo::SewResNet18<2, Join::add, Lif<>, zoo::ResNetOptions{.size = 32, .width = 8}>;

/// A tree of images of two classes, JPEG and PNG, of different sizes: light at the top, or light at the left.
class Tree : public fixture::ScratchFolder {
 public:
  explicit Tree(int images_per_class) {
    for (std::string const name : {"left", "top"}) {
      std::filesystem::create_directories(file(name));
      for (int n = 0; n < images_per_class; ++n) {
        Index const height = 33 + n, width = 50 - n;
        std::vector<std::uint8_t> pixels;
        for (Index y = 0; y < height; ++y)
          for (Index x = 0; x < width; ++x) {
            bool const light = name == "top" ? y < height / 2 : x < width / 2;
            for (int c = 0; c < 3; ++c) pixels.push_back(std::uint8_t((light ? 180 : 40) + 5 * n + 9 * c));
          }
        bool const jpeg = n % 2 == 0;
        fixture::write_content(
            file(name + "/" + std::to_string(n) + (jpeg ? ".jpg" : ".png")),
            jpeg ? test::jpeg_file(height, width, 3, pixels) : test::png_file(height, width, PNG_FORMAT_RGB, pixels));
      }
    }
  }
};

}  // namespace

TEST_CASE("SewResNet18: learns a folder of images in a few steps, and runs as an engine [zoo]") {
  Tree const tree(8);
  data::ImageFolder const set(tree.path(), {.size = 32, .shorter_side = 36, .threads = 2});
  Model<Net, Cpu> model{Seed{1}};
  Adam optimizer{model, {.learning_rate = 3e-3}};
  data::BatchStream stream(set.augmented({.least_area = 0.7, .flip = data::Flip::none}),
                           {.batch_size = 8, .timesteps = {2}, .order = data::Order::shuffled, .seed = Seed{2}});
  std::vector<double> losses;
  for (std::uint64_t epoch = 0; epoch < 12; ++epoch) {
    stream.restart(epoch);
    while (Batch const* const batch = stream.next())
      losses.push_back(train_step(model, TetLoss{.lambda = 0}, optimizer, *batch).loss);
  }
  CAPTURE(losses.front());
  CHECK(losses.back() < 0.5 * losses.front());

  // After so few steps the running statistics still remember their beginning.
  data::BatchStream whole(set, {.batch_size = 16, .timesteps = {2}});
  model.estimate_statistics(detail::input_of(*whole.next()), 0);
  auto const result = evaluate(model, set, Timesteps{2}, {.batch_size = 8});
  CHECK(result.accuracy >= 0.9);
  Inference engine{model, InferenceOptions{.batch_size = 8}};
  CHECK(evaluate(engine, set, Timesteps{2}, {.batch_size = 8}).loss == doctest::Approx(result.loss).epsilon(1e-3));

  std::string const table = describe(model, Timesteps{2}, BatchSize{8});
  CHECK(test::mentions(table, "MaxPool2d", "SpikeJoin add", "graded", "2.0.shortcut.0"));
  auto const activity = analysis::spike_activity(model, set, Timesteps{2}, 8);
  CHECK(activity.layers.size() == 20);  // 17 neuron layers of stem and branches, three of shortcuts
  CHECK(activity.synaptic_operations > 0);
  CHECK(activity.multiply_accumulates == doctest::Approx(16.0 * 16 * 16 * 7 * 7 * 3 * 8));  // the stem's, once an image
}
