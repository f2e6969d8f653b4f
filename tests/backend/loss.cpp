// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/loss.hpp>
#include <tet/core/storage.hpp>
#include <tet/loss/losses.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace tet;

namespace {

/// Sees everything: its value and gradients tell whether t, the mean and the averages over T and B are right.
struct ProbeLoss {
  static constexpr char const* name = "probe";

  template <class Scalar>
  TET_HD Scalar operator()(LossTerm<Scalar> const& term) const {
    Scalar total = 0;
    for (Index k = 0; k < term.classes; ++k) {
      Scalar const weight = Scalar(1 + k + term.t * term.classes + term.label);
      total += weight * term.output[k] * term.mean[k];
      term.doutput[k] += weight * term.mean[k];
      term.dmean[k] += weight * term.output[k];
    }
    return total;
  }
};

template <class Loss>
LossSum run_targets(Loss const& loss, Index T, Index B, Index K, std::vector<double> const& output,
                    Targets const& targets, double* doutput, int threads = 1) {
  Cpu exec(threads);
  Storage<Cpu, std::byte> scratch(loss_workspace<double>(exec, T, B, K));
  return loss_and_gradient(exec, loss, T, B, K, output.data(), targets, doutput,
                           Workspace{scratch.data(), scratch.bytes()});
}

template <class Loss>
LossSum run(Loss const& loss, Index T, Index B, Index K, std::vector<double> const& output,
            std::vector<int> const& labels, double* doutput, int threads = 1) {
  return run_targets(loss, T, B, K, output, labels.data(), doutput, threads);
}

}  // namespace

TEST_CASE("loss_and_gradient: gradients of all losses are central differences [backend]") {
  Seed const seed{61};
  CAPTURE(seed.value);
  Index const T = 3, B = 2, K = 4;
  std::vector<int> const labels{3, 1};
  auto const check = [&](auto const& loss) {
    CAPTURE(loss.name);
    auto output = test::random_values(seed, 0, std::size_t(T * B * K), -2, 2);
    std::vector<double> gradient(output.size(), 99.0);
    run(loss, T, B, K, output, labels, gradient.data());
    auto const value = [&] { return run(loss, T, B, K, output, labels, nullptr).loss; };
    CHECK(test::gradient_error(gradient, test::central_differences(value, output)) <= test::gradient_tolerance);
  };
  check(SdtLoss{});
  check(TetLoss{.lambda = 0.3, .phi = 0.5});
  check(SdtLoss{.smoothing = 0.2});
  check(ProbeLoss{});
}

TEST_CASE("loss_and_gradient: a mixed sample has both labels' losses and gradients by their shares [backend]") {
  Seed const seed{63};
  CAPTURE(seed.value);
  Index const T = 3, B = 4, K = 5;
  std::vector<int> const labels{3, 1, 4, 0}, others{2, 1, 0, 4};
  std::vector<float> const shares{0.75f, 0.5f, 1.0f, 0.0f};
  auto const output = test::random_values(seed, 0, std::size_t(T * B * K), -2, 2);
  auto const check = [&](auto const& loss) {
    CAPTURE(loss.name);
    std::vector<double> first(output.size()), second(output.size()), mixed(output.size(), 99.0);
    LossSum const sum = run_targets(loss, T, B, K, output, {labels.data(), others.data(), shares.data()}, mixed.data());
    run(loss, T, B, K, output, labels, first.data());
    run(loss, T, B, K, output, others, second.data());
    double want = 0;
    for (std::size_t b = 0; b < std::size_t(B); ++b) {
      double const share = shares[b];
      std::vector<double> alone;
      for (std::size_t t = 0; t < std::size_t(T); ++t)
        for (std::size_t k = 0; k < std::size_t(K); ++k) {
          std::size_t const at = (t * std::size_t(B) + b) * std::size_t(K) + k;
          alone.push_back(output[at]);
          CHECK(mixed[at] == doctest::Approx(share * first[at] + (1 - share) * second[at]).epsilon(1e-12));
        }
      want += share * run(loss, T, 1, K, alone, {labels[b]}, nullptr).loss / double(B);
      want += (1 - share) * run(loss, T, 1, K, alone, {others[b]}, nullptr).loss / double(B);
    }
    CHECK(sum.loss == doctest::Approx(want).epsilon(1e-12));
    CHECK(sum.correct == run(loss, T, B, K, output, labels, nullptr).correct);
    CHECK(run_targets(loss, T, B, K, output, {labels.data(), others.data(), shares.data()}, nullptr).loss == sum.loss);
  };
  check(SdtLoss{});
  check(TetLoss{.lambda = 0.3, .smoothing = 0.1});
  check(ProbeLoss{});
}

TEST_CASE("loss_and_gradient: SDT and TET of two timesteps match the hand-worked values [backend]") {
  // Sample 0: exp of its outputs is (1, 3) then (1, 1/3); the mean is (0, 0). Sample 1: (1, 1) twice.
  double const l3 = std::log(3.0);
  std::vector<double> const output{0, l3, 0, 0, 0, -l3, 0, 0};  // [T][B][K]
  std::vector<int> const labels{1, 0};
  CHECK(run(SdtLoss{}, 2, 2, 2, output, labels, nullptr).loss == doctest::Approx(std::log(2.0)).epsilon(1e-14));
  double const tet = (std::log(4.0 / 3) + std::log(4.0) + 2 * std::log(2.0)) / 4;
  CHECK(run(TetLoss{.lambda = 0}, 2, 2, 2, output, labels, nullptr).loss == doctest::Approx(tet).epsilon(1e-14));
  double const mse = (1 + (l3 - 1) * (l3 - 1) + 1 + (l3 + 1) * (l3 + 1) + 4) / 8;
  CHECK(run(TetLoss{.lambda = 1}, 2, 2, 2, output, labels, nullptr).loss == doctest::Approx(mse).epsilon(1e-14));
}

TEST_CASE("loss_and_gradient: a sample is right where the mean over time is largest at its label [backend]") {
  // Timesteps disagree; the means are (1, 2, 0), (0.5, 0, 0.25), (1, 1, 1): ties go to the first class.
  std::vector<double> const output{5, 0, 0, 1, 0, 0, 1, 1, 1, -3, 4, 0, 0, 0, 0.5, 1, 1, 1};
  CHECK(run(SdtLoss{}, 2, 3, 3, output, {1, 0, 0}, nullptr).correct == 3);
  CHECK(run(SdtLoss{}, 2, 3, 3, output, {0, 2, 1}, nullptr).correct == 0);
  CHECK(run(SdtLoss{}, 2, 3, 3, output, {1, 2, 0}, nullptr).correct == 2);
}

TEST_CASE("loss_and_gradient: one or two threads give the same bits [backend]") {
  Seed const seed{62};
  CAPTURE(seed.value);
  Index const T = 4, B = 37, K = 10;
  auto const output = test::random_values(seed, 0, std::size_t(T * B * K), -2, 2);
  std::vector<int> labels;
  for (Index b = 0; b < B; ++b) labels.push_back(int(b % K));
  std::vector<double> one(output.size()), two(output.size());
  auto const a = run(TetLoss{}, T, B, K, output, labels, one.data(), 1),
             b = run(TetLoss{}, T, B, K, output, labels, two.data(), 2);
  CHECK(a.loss == b.loss);
  CHECK(a.correct == b.correct);
  CHECK(one == two);
}
