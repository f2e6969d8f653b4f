// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/convert.hpp>
#include <tet/data/batch_stream.hpp>
#include <tet/data/cifar.hpp>
#include <tet/inference/batch_outputs.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>
#include <vector>

namespace {

namespace data = tet::data;

constexpr tet::Index samples = 1024, batch_size = 128, size = 32 * 32 * 3;

/// A set of images as large as CIFAR's.
data::Images images(data::Augment augment) {
  std::vector<std::uint8_t> pixels;
  for (tet::Index k = 0; k < samples * size; ++k) pixels.push_back(std::uint8_t(k * k * 31 + k));
  return data::Images({32, 32, 3}, 10, pixels, std::vector<int>(samples, 1), data::cifar10_normalization())
      .augmented(augment);
}

/// A network's input, filled on one thread.
class Input {
 public:
  void take(tet::Batch const& batch) {
    auto const images = tet::detail::images_of(batch);
    if (images.count > 0) tet::convert_input(exec_, images, x_, {});
    else tet::convert_input(exec_, batch.values.data(), x_);
    benchmark::ClobberMemory();
  }

 private:
  tet::Cpu exec_{1};
  std::vector<float> values_ = std::vector<float>(std::size_t(batch_size * size));
  tet::Activation<tet::Analog, float> x_{values_.data(), batch_size * 32 * 32, 3};
};

/// Batches made when asked for and brought into the input: all the work there is, by one thread.
void made_and_taken(benchmark::State& state, tet::ImageForm form, data::Augment augment) {
  data::BatchStream stream(images(augment),
                           {.batch_size = batch_size, .order = data::Order::shuffled, .prefetch = 0, .images = form});
  Input input;
  for (auto _ : state) {
    tet::Batch const* batch = stream.next();
    if (batch == nullptr) stream.restart(0), batch = stream.next();
    input.take(*batch);
  }
  state.SetItemsProcessed(state.iterations());
}

/// A batch that a thread has made ahead: what is left to the training step.
void taken(benchmark::State& state, tet::ImageForm form, data::Augment augment) {
  data::BatchStream stream(images(augment), {.batch_size = batch_size, .prefetch = 0, .images = form});
  tet::Batch const& batch = *stream.next();
  Input input;
  for (auto _ : state) input.take(batch);
  state.SetItemsProcessed(state.iterations());
}

int const registered = [] {
  struct Case {
    char const* name;
    data::Augment augment;
  };
  for (Case const& c : {Case{"plain", {}}, Case{"crop_flip", {4, data::Flip::horizontal}},
                        Case{"policy_cutout", {4, data::Flip::horizontal, data::Policy::cifar10, 16}}})
    for (auto const form : {tet::ImageForm::values, tet::ImageForm::bytes}) {
      std::string const name =
          std::string(c.name) + (form == tet::ImageForm::bytes ? "/bytes" : "/values") + "/B:128/cpu";
      benchmark::RegisterBenchmark(("images/" + name).c_str(), made_and_taken, form, c.augment);
      benchmark::RegisterBenchmark(("images_taken/" + name).c_str(), taken, form, c.augment);
    }
  return 0;
}();

}  // namespace
