// SPDX-License-Identifier: MIT
#include <tests/backend/cuda/lab.cuh>
#include <tests/backend/neuron_layer.hpp>

// Everything element-wise, and sums per channel.

namespace layers_tests {

using namespace tet;

struct Size {
  Index pixels, channels;
};
constexpr Size sizes[] = {{1, 1}, {2, 31}, {70, 64}, {501, 3}, {33, 130}};

template <class Kind, class Scalar>
struct Norm {
  Size size;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    auto const [pixels, channels] = size;
    Seed const seed{81};
    auto const random = [&](std::uint64_t stream, Index count, double low, double high) {
      return lab.put(test::random_values<Scalar>(seed, stream, std::size_t(count), low, high));
    };
    auto const room = [&](Index count) { return lab.template room<Scalar>(count); };
    test::Signals<Kind, Scalar> const values(seed, 0, pixels, channels);
    auto const x = lab.put(values.view);
    test::Results results;
    auto const record = [&](char const* name, Scalar const* from, Index count) { results.add(name, lab, from, count); };

    Scalar *const mean = room(channels), *const variance = room(channels);
    Workspace const workspace = lab.workspace(batch_norm_workspace(lab.exec, pixels, channels));
    batch_norm_moments(lab.exec, x, mean, variance, workspace);
    record("mean", mean, channels);
    record("variance", variance, channels);
    Scalar *const running_mean = random(1, channels, -1, 1), *const running_variance = random(2, channels, 0.5, 1);
    batch_norm_track(lab.exec, BatchNormMoments<Scalar>{channels, mean, variance, running_mean, running_variance}, 0.1,
                     pixels);
    record("running mean", running_mean, channels);
    record("running variance", running_variance, channels);

    Scalar const *const weight = random(3, channels, 0.5, 2), *const shift = random(4, channels, -1, 1);
    Scalar *const inverse = room(channels), *const scale = room(channels);
    batch_norm_scale(lab.exec, channels, static_cast<Scalar const*>(variance), weight, 1e-2, inverse, scale);
    record("inverse deviation", inverse, channels);
    record("scale", scale, channels);
    auto const y = lab.template room<Analog, Scalar>(pixels, channels);
    batch_norm_forward(lab.exec, x, static_cast<Scalar const*>(mean), static_cast<Scalar const*>(scale), shift, y);
    results.add("y", lab, y);

    Scalar const* const dy = random(5, pixels * channels, -1, 1);
    Scalar *const sum = room(channels), *const centred = room(channels);
    batch_norm_sums(lab.exec, x, static_cast<Scalar const*>(mean), dy, sum, centred, workspace);
    record("sum", sum, channels);
    record("centred sum", centred, channels);
    Scalar *const dweight = room(channels), *const dbias = room(channels), *const mean_dy = room(channels),
                  *const slope = room(channels);
    batch_norm_finish(lab.exec, channels, pixels, static_cast<Scalar const*>(inverse), static_cast<Scalar const*>(sum),
                      static_cast<Scalar const*>(centred), dweight, dbias, mean_dy, slope);
    record("dweight", dweight, channels);
    record("dbias", dbias, channels);
    Scalar* const dx = room(pixels * channels);
    batch_norm_input_gradient(lab.exec, x, static_cast<Scalar const*>(mean),
                              BatchNormGradient<Scalar>{scale, mean_dy, slope}, dy, dx);
    record("dx", dx, pixels * channels);
    return results;
  }
};

template <class Backend>
void batch_norm() {
  for (Size const& size : sizes) {
    CAPTURE(size.pixels);
    CAPTURE(size.channels);
    test::compare<Backend, double>(Norm<Analog, double>{size});
    test::compare<Backend, double>(Norm<Spike, double>{size});
    if (size.pixels > 2) test::compare<Backend, float>(Norm<Graded<4, 4>, float>{size});
  }
}

template <class Kind, class OutKind>
struct Pool {
  PoolGeometry g;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    test::Signals<Kind, double> const values(Seed{82}, 0, g.images * g.height * g.width, g.channels);
    Index const out_pixels = g.images * g.out_height() * g.out_width();
    test::Results results;
    auto const y = lab.template room<OutKind, double>(out_pixels, g.channels);
    pool_forward(lab.exec, g, lab.put(values.view), y);
    results.add("y", lab, y);
    double const* const dy = lab.put(test::random_values(Seed{82}, 1, std::size_t(out_pixels * g.channels), -1, 1));
    Index const inputs = g.images * g.height * g.width * g.channels;
    double* const dx = lab.template room<double>(inputs);
    pool_backward(lab.exec, g, dy, dx);
    results.add("dx", lab, dx, inputs);
    return results;
  }
};

template <class Backend>
void pooling() {
  PoolGeometry const even{3, 4, 6, 65, 2, 2}, odd{2, 5, 7, 3, 2, 3};
  test::compare<Backend, double>(Pool<Spike, Graded<4, 4>>{even});
  test::compare<Backend, double>(Pool<Graded<4, 4>, Graded<16, 16>>{even});
  test::compare<Backend, double>(Pool<Spike, Graded<6, 6>>{odd});
  test::compare<Backend, double>(Pool<Analog, Analog>{odd});
  test::compare<Backend, double>(Pool<Graded<200, 4>, Analog>{odd});
}

struct Elementwise {
  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Index const timesteps = 3, pixels = 5, channels = 21, frame = pixels * channels;
    Seed const seed{83};
    test::Signals<Spike, double> const bits(seed, 0, timesteps * pixels, channels);
    test::Signals<Analog, double> const one(seed, 1, pixels, channels);
    test::Results results;
    auto const y = lab.template room<Analog, double>(timesteps * pixels, channels);
    add(lab.exec, lab.put(bits.view), lab.put(one.view), y);
    results.add("sum", lab, y);
    double* const copied = lab.template room<double>(timesteps * frame);
    copy(lab.exec, timesteps * frame, static_cast<double const*>(y.data), copied);
    accumulate(lab.exec, timesteps * frame, static_cast<double const*>(y.data), copied);
    results.add("twice", lab, copied, timesteps * frame);
    sum_over_time(lab.exec, timesteps, frame, static_cast<double const*>(copied), copied);
    results.add("sum over time", lab, copied, frame);
    auto const flat = lab.template room<Spike, double>(timesteps, frame);
    flatten_spikes(lab.exec, lab.put(bits.view), flat);
    results.add("flattened", lab, flat);
    ConvGeometry const g{.images = timesteps,
                         .height = 5,
                         .width = 1,
                         .in_channels = 21,
                         .out_channels = 4,
                         .kernel = 3,
                         .stride = 2,
                         .padding = 1};
    results.add("counts", {count_active(lab.exec, lab.put(bits.view)), count_active(lab.exec, y),
                           count_synaptic_operations(lab.exec, g, lab.put(bits.view))});
    return results;
  }
};

template <class Backend>
void elementwise() {
  test::compare<Backend, double>(Elementwise{});
}

template <class Loss>
struct LossRun {
  Loss loss;
  Index timesteps, batch, classes;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Index const count = timesteps * batch * classes;
    double const* const output = lab.put(test::random_values(Seed{84}, 0, std::size_t(count), -2, 2));
    std::vector<int> labels;
    for (Index b = 0; b < batch; ++b) labels.push_back(int(b * 7 % classes));
    double* const gradient = lab.template room<double>(count);
    Workspace const workspace = lab.workspace(loss_workspace<double>(lab.exec, timesteps, batch, classes));
    auto const run = [&](double* to) {
      return loss_and_gradient(lab.exec, loss, timesteps, batch, classes, output, labels.data(), to, workspace);
    };
    std::vector<int> others;
    std::vector<float> shares;
    for (Index b = 0; b < batch; ++b) {
      others.push_back(int(b * 5 % classes));
      shares.push_back(0.25f * float(b % 5));
    }
    LossSum const mixed = loss_and_gradient(lab.exec, loss, timesteps, batch, classes, output,
                                            Targets{labels.data(), others.data(), shares.data()}, gradient, workspace);
    test::Results of_mixed;
    of_mixed.add("gradient of mixed samples", lab, gradient, count);
    LossSum const sum = run(gradient), alone = run(nullptr);
    test::Results results = of_mixed;
    results.add("loss", {sum.loss, double(sum.correct), alone.loss, double(alone.correct), mixed.loss});
    results.add("gradient", lab, gradient, count);
    std::vector<Index> correct(std::size_t(timesteps), 1);
    count_correct(lab.exec, timesteps, batch, classes, output, labels.data(), workspace, correct.data());
    results.add("correct", {correct.begin(), correct.end()});
    return results;
  }
};

template <class Backend>
void losses() {
  test::compare<Backend, double>(LossRun<SdtLoss>{{}, 4, 9, 10});
  test::compare<Backend, double>(LossRun<TetLoss>{{.lambda = 0.3, .phi = 0.5}, 5, 130, 3});
  test::compare<Backend, double>(LossRun<TetLoss>{{}, 1, 1, 100});
}

template <class Backend>
void input() {
  test::Lab<Backend> lab;
  std::vector<float> const good{0, 1, 1, 0, 1, 0}, nan{0, 0, NAN, 0, 0, 0}, half{0, 0.5f, 1, 0, 0, 0};
  auto const bits = lab.template room<Spike, float>(2, 3);
  CHECK(convert_input(lab.exec, good.data(), bits) == -1);
  test::Results results, want;
  results.add("bits", lab, bits);
  want.add("bits", {6, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0});
  results.check_equal(want, 0);
  CHECK(convert_input(lab.exec, half.data(), bits) == 1);
  CHECK(convert_input(lab.exec, half.data(), lab.template room<Graded<4, 4>, float>(2, 3)) == -1);
  CHECK(convert_input(lab.exec, nan.data(), lab.template room<Analog, float>(2, 3)) == 2);
}

/// Images as bytes, moved and cut, and the same as values.
template <class Kind, class Scalar>
struct ImageInput {
  Index count, height, width, channels;

  template <class Backend>
  test::Results operator()(test::Lab<Backend>& lab) const {
    Index const size = height * width * channels, bytes = std::is_same_v<Kind, Spike> ? 2 : 256;
    Random const random(Seed{85}, 0);
    std::vector<std::uint8_t> pixels;
    for (Index k = 0; k < count * size; ++k)
      pixels.push_back(std::uint8_t(random.below(std::uint64_t(k), std::uint64_t(bytes))));
    std::vector<ImagePlacement> placements;
    for (Index n = 0; n < count; ++n)
      placements.push_back({n % 5 - 2, n % 7 - 3, n % 3 - 1, n % 3 + 2, n % 4 - 1, n % 4 + 1, n % 2 == 1});
    std::vector<float> table;
    for (Index k = 0; k < 256 * channels; ++k)
      table.push_back(bytes == 2 ? float(k % 2) : (float(k % 256) / 255.0f - 0.4f) / (0.2f + float(k / 256)));
    ByteImages const images{pixels.data(), placements.data(), table.data(), count, height, width, channels};
    std::vector<float> values;
    for (Index i = 0; i < count * size; ++i) values.push_back(images[i]);

    auto const x = lab.template room<Kind, Scalar>(count * height * width, channels),
               want = lab.template room<Kind, Scalar>(count * height * width, channels);
    Workspace const workspace =
        lab.workspace(input_workspace<Kind>(lab.exec, count, Shape<3>{height, width, channels}));
    CHECK(convert_input(lab.exec, images, x, workspace) == -1);
    CHECK(convert_input(lab.exec, values.data(), want) == -1);
    test::Results results, expected;
    results.add("x", lab, x);
    expected.add("x", lab, want);
    results.check_equal(expected, 0);
    return results;
  }
};

template <class Backend>
void images() {
  test::compare<Backend, float>(ImageInput<Analog, float>{9, 5, 7, 3}, {}, 0);
  test::compare<Backend, float>(ImageInput<Analog, float>{1, 1, 1, 1}, {}, 0);
  test::compare<Backend, float>(ImageInput<Analog, float>{70, 32, 32, 3}, {}, 0);
  test::compare<Backend, double>(ImageInput<Analog, double>{4, 3, 6, 1}, {}, 0);
  test::compare<Backend, float>(ImageInput<Spike, float>{5, 4, 3, 2}, {}, 0);
}

}  // namespace layers_tests

TET_TEST_CUDA("BatchNorm agrees with the CPU", layers_tests::batch_norm)
TET_TEST_CUDA("pooling agrees with the CPU", layers_tests::pooling)
TET_TEST_CUDA("element-wise passes and counts agree with the CPU", layers_tests::elementwise)
TET_TEST_CUDA("losses, their gradients and what was classified rightly agree with the CPU", layers_tests::losses)
TET_TEST_CUDA("an input's values are checked while they are copied", layers_tests::input)
TET_TEST_CUDA("images as bytes become what their values become, to the bit", layers_tests::images)
