// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/pooling.hpp>
#include <tet/neuron/lif.hpp>

#include <vector>

using namespace tet;

namespace {

/// Both gradients of a normalised layer, read through the windows of a pooling, against those of the spread-out
/// gradient.
template <class Scalar>
void check(PoolGeometry const& frame, Index timesteps, Index batch) {
  CAPTURE(frame.height);
  CAPTURE(frame.width);
  CAPTURE(frame.channels);
  Seed const seed{17};
  PoolGeometry g = frame;
  g.images = timesteps * batch;
  Index const pixels = batch * g.height * g.width, channels = g.channels;
  auto const n = std::size_t(channels);
  test::Signals<Analog, Scalar> const x(seed, 0, timesteps * pixels, channels);
  auto const pooled =
      test::random_values<Scalar>(seed, 1, std::size_t(g.images * g.out_height() * g.out_width() * channels), -1, 1);
  auto const mean = test::random_values<Scalar>(seed, 2, n, -0.5, 0.5),
             scale = test::random_values<Scalar>(seed, 3, n, 0.5, 2);
  std::vector<Scalar> spread(x.data.size(), Scalar(77));
  Cpu exec(2);
  pool_backward(exec, g, pooled.data(), spread.data());

  NeuronCall<Analog, Normalisation<Scalar>, Scalar> call{.x = x.view, .timesteps = timesteps, .pixels = pixels};
  call.normalise = {mean.data(), scale.data(), mean.data()};
  Index const bytes = neuron_workspace<Lif<>, Normalisation<Scalar>, Scalar>(exec, timesteps, pixels, channels);
  Storage<Cpu, std::byte> scratch(bytes);
  auto const run = [&](GradientView<Scalar> const& ds) {
    std::vector<Scalar> out(2 * n + 2 * x.data.size());
    Scalar* const dx = out.data() + 2 * n;
    NeuronGradients<Scalar> gradients;
    gradients.shift = out.data();
    gradients.centred = out.data() + n;
    Workspace const workspace{scratch.data(), bytes};
    neuron_backward<Lif<>>(exec, call, ds, dx, gradients, workspace);
    neuron_input_gradient<Lif<>>(exec, call, ds, BatchNormGradient<Scalar>{scale.data(), mean.data(), mean.data()},
                                 nullptr, dx + x.data.size(), workspace);
    return out;
  };
  CHECK(run({pooled.data(), g}) == run({spread.data()}));
}

}  // namespace

TEST_CASE_TEMPLATE("neuron_backward: reads its gradient through the windows of a pooling [backend]", Scalar, float,
                   double) {
  for (Index const channels : {1, 9, 16, 40, 65}) {
    check<Scalar>({0, 4, 6, channels, 2, 2}, 3, 2);
    check<Scalar>({0, 5, 3, channels, 2, 2}, 2, 1);  // a row and a column that fill no window
    check<Scalar>({0, 4, 3, channels, 4, 3}, 1, 3);  // all of an image
  }
}
