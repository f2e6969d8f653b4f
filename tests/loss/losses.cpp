// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/loss/losses.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace tet;

namespace {

/// One sample's outputs at one timestep, with room for gradients.
struct Term {
  std::vector<double> output, mean;
  int label;
  Index t = 0, timesteps = 1;
  std::vector<double> doutput{std::vector<double>(output.size())}, dmean{std::vector<double>(output.size())};

  LossTerm<double> view() {
    return {output.data(), mean.data(), Index(output.size()), label, t, timesteps, doutput.data(), dmean.data()};
  }
};

}  // namespace

TEST_CASE("cross_entropy: value and gradient match the hand-worked ones [loss]") {
  // exp gives 1, 2, 5: softmax 1/8, 2/8, 5/8.
  std::vector<double> const z{0, std::log(2.0), std::log(5.0)};
  std::vector<double> dz(3, 10.0);  // added to, not overwritten
  CHECK(cross_entropy(z.data(), 3, 1, 2.0, dz.data()) == doctest::Approx(std::log(4.0)).epsilon(1e-14));
  CHECK(dz[0] == doctest::Approx(10 + 2 * 0.125).epsilon(1e-14));
  CHECK(dz[1] == doctest::Approx(10 + 2 * (0.25 - 1)).epsilon(1e-14));
  CHECK(dz[2] == doctest::Approx(10 + 2 * 0.625).epsilon(1e-14));
}

TEST_CASE("cross_entropy: large logits neither overflow nor lose the loss [loss]") {
  for (double const large : {1e3, -1e3, 1e8}) {
    CAPTURE(large);
    std::vector<double> const z{large, large + std::log(3.0)};
    std::vector<double> dz(2);
    CHECK(cross_entropy(z.data(), 2, 0, 1.0, dz.data()) == doctest::Approx(std::log(4.0)).epsilon(1e-7));
    CHECK(dz[0] == doctest::Approx(-0.75).epsilon(1e-7));
  }
  std::vector<float> const z{3e38f, -3e38f};
  std::vector<float> dz(2);
  CHECK(cross_entropy(z.data(), 2, 0, 1.0f, dz.data()) == 0.0f);
  CHECK(dz == std::vector<float>{0, 0});
  std::vector<float> const wrong{200.0f, 0.0f};
  CHECK(cross_entropy(wrong.data(), 2, 1, 1.0f, dz.data()) == 200.0f);
}

TEST_CASE("cross_entropy: one class has loss 0 [loss]") {
  double const z = 7;
  double dz = 0;
  CHECK(cross_entropy(&z, 1, 0, 1.0, &dz) == 0);
  CHECK(dz == 0);
}

TEST_CASE("cross_entropy: a smoothed target matches the hand-worked value and gradient [loss]") {
  // Softmax 1/8, 2/8, 5/8 as above; smoothing 0.3 makes the target 0.1, 0.8, 0.1.
  std::vector<double> const z{0, std::log(2.0), std::log(5.0)};
  std::vector<double> dz(3, 10.0);
  double const want = std::log(8.0) - 0.8 * std::log(2.0) - 0.1 * std::log(5.0);
  CHECK(cross_entropy(z.data(), 3, 1, 2.0, dz.data(), 0.3) == doctest::Approx(want).epsilon(1e-14));
  CHECK(dz[0] == doctest::Approx(10 + 2 * (0.125 - 0.1)).epsilon(1e-14));
  CHECK(dz[1] == doctest::Approx(10 + 2 * (0.25 - 0.8)).epsilon(1e-14));
  CHECK(dz[2] == doctest::Approx(10 + 2 * (0.625 - 0.1)).epsilon(1e-14));
  // With the whole target spread evenly the label says nothing.
  std::vector<double> other(3, 10.0);
  double const even = cross_entropy(z.data(), 3, 0, 2.0, other.data(), 1.0);
  std::fill(dz.begin(), dz.end(), 10.0);
  CHECK(cross_entropy(z.data(), 3, 2, 2.0, dz.data(), 1.0) == doctest::Approx(even).epsilon(1e-14));
  CHECK(dz[0] == doctest::Approx(other[0]).epsilon(1e-14));
  std::vector<float> const large{3e4f, -3e4f};
  std::vector<float> dlarge(2);
  CHECK(cross_entropy(large.data(), 2, 0, 1.0f, dlarge.data(), 0.5f) == doctest::Approx(0.25 * 6e4));
}

TEST_CASE("SdtLoss and TetLoss: smoothing changes the cross entropy alone [loss]") {
  std::vector<double> const z{0, std::log(2.0), std::log(5.0)};
  Term sdt{{9, -9, 3}, z, 1}, tet{z, {9, -9, 3}, 1}, plain{z, {9, -9, 3}, 1};
  std::vector<double> dz(3);
  double const smooth = cross_entropy(z.data(), 3, 1, 1.0, dz.data(), 0.3);
  CHECK(SdtLoss{.smoothing = 0.3}(sdt.view()) == doctest::Approx(smooth).epsilon(1e-14));
  CHECK(sdt.dmean == dz);
  double const regular = TetLoss{.lambda = 1}(plain.view());
  TetLoss const loss{.lambda = 0.25, .smoothing = 0.3};
  CHECK(loss(tet.view()) == doctest::Approx(0.75 * smooth + 0.25 * regular).epsilon(1e-14));
  for (std::size_t k = 0; k < 3; ++k)
    CHECK(tet.doutput[k] == doctest::Approx(0.75 * dz[k] + 0.25 * plain.doutput[k]).epsilon(1e-13));
}

TEST_CASE("SdtLoss: it sees the mean only [loss]") {
  Term term{{9, -9, 3}, {0, std::log(2.0), std::log(5.0)}, 2};
  CHECK(SdtLoss{}(term.view()) == doctest::Approx(std::log(8.0 / 5)).epsilon(1e-14));
  CHECK(term.doutput == std::vector<double>{0, 0, 0});
  CHECK(term.dmean[0] == doctest::Approx(0.125).epsilon(1e-14));
  CHECK(term.dmean[2] == doctest::Approx(-0.375).epsilon(1e-14));
}

TEST_CASE("TetLoss: value and gradient match the hand-worked ones [loss]") {
  // Two equal logits of 3: CE log 2, squared distances from 0.5: 6.25 each.
  Term term{{3, 3}, {7, 7}, 0};
  TetLoss const loss{.lambda = 0.25, .phi = 0.5};
  CHECK(loss(term.view()) == doctest::Approx(0.75 * std::log(2.0) + 0.25 * 6.25).epsilon(1e-14));
  CHECK(term.doutput[0] == doctest::Approx(0.75 * -0.5 + 0.25 * 2.5).epsilon(1e-14));
  CHECK(term.doutput[1] == doctest::Approx(0.75 * 0.5 + 0.25 * 2.5).epsilon(1e-14));
  CHECK(term.dmean == std::vector<double>{0, 0});
  CHECK(TetLoss{}.lambda == 0.05);
  CHECK(TetLoss{}.phi == 1.0);
}

TEST_CASE("TetLoss: its gradient is that of central differences [loss]") {
  Seed const seed{51};
  CAPTURE(seed.value);
  Term term{test::random_values(seed, 0, 7, -3, 3), test::random_values(seed, 1, 7, -3, 3), 4};
  for (TetLoss const loss : {TetLoss{}, TetLoss{.lambda = 0}, TetLoss{.lambda = 1, .phi = -2},
                             TetLoss{.lambda = 0.5, .phi = 0.25}, TetLoss{.lambda = 0.2, .smoothing = 0.1}}) {
    CAPTURE(loss.lambda);
    std::fill(term.doutput.begin(), term.doutput.end(), 0.0);
    loss(term.view());
    auto const analytic = term.doutput;
    auto const value = [&] { return loss(term.view()); };
    CHECK(test::gradient_error(analytic, test::central_differences(value, term.output)) <= test::gradient_tolerance);
  }
}

TEST_CASE("TetLoss and SdtLoss: L_TET is at least L_SDT for random outputs [loss]") {
  Seed const seed{52};
  CAPTURE(seed.value);
  Random const sizes(seed, 0);
  for (std::uint64_t trial = 0; trial < 500; ++trial) {
    CAPTURE(trial);
    auto const timesteps = 1 + sizes.below(3 * trial, 8), classes = 2 + sizes.below(3 * trial + 1, 9);
    double const spread = 10 * sizes.uniform(3 * trial + 2);
    auto const outputs = test::random_values(seed, 1 + trial, timesteps * classes, -spread, spread);
    int const label = int(sizes.below(1'000'000 + trial, classes));
    std::vector<double> mean(classes);
    for (std::size_t i = 0; i < outputs.size(); ++i) mean[i % classes] += outputs[i] / double(timesteps);
    double tet_loss = 0, sdt_loss = 0;
    for (std::size_t t = 0; t < timesteps; ++t) {
      auto const row = outputs.begin() + std::ptrdiff_t(t * classes);
      Term term{{row, row + std::ptrdiff_t(classes)}, mean, label, Index(t), Index(timesteps)};
      tet_loss += TetLoss{.lambda = 0}(term.view()) / double(timesteps);
      sdt_loss += SdtLoss{}(term.view()) / double(timesteps);
    }
    CHECK(tet_loss >= sdt_loss - 1e-12);
    if (timesteps == 1) CHECK(tet_loss == doctest::Approx(sdt_loss).epsilon(1e-14));
  }
}
