// SPDX-License-Identifier: MIT
#include <tet/analysis/early_exit.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace {

using tet::analysis::RecordedOutputs;

float logit(double p) { return float(std::log(p / (1 - p))); }  // of class 0 of two, class 1 at 0

/// Three samples of two classes at three timesteps. Confidence of the running mean:
///   sample 0 (class 0): .9  .9  .9   right from the start
///   sample 1 (class 0): .6 for class 1, then 0 at T = 2 (the means cancel: .5, a tie, class 0), .8 for class 0
///   sample 2 (class 1): .7 for class 0 at every t: never right
RecordedOutputs outputs() {
  float const a = logit(0.9), b = logit(0.4), c = logit(0.7);
  float const back = 3 * logit(0.8);  // b, -b, then the mean of all three is logit(.8)
  return {3, 3, 2, {a, 0, b, 0, c, 0, /* t = 2 */ a, 0, -b, 0, c, 0, /* t = 3 */ a, 0, back, 0, c, 0}, {0, 0, 1}};
}

}  // namespace

TEST_CASE("Early exit: accuracy and mean timesteps are those of the hand-worked samples [analysis]") {
  std::vector<double> const thresholds{0, 0.55, 0.65, 0.85, 1};
  auto const exits = tet::analysis::early_exit(outputs(), thresholds);
  REQUIRE(exits.size() == 5);
  struct Case {
    double accuracy, mean;
    std::vector<double> exits;
  };
  double const third = 1.0 / 3;
  std::vector<Case> const cases{{third, 1, {1, 0, 0}},  // everyone stops at once; 1 is wrong there
                                {third, 1, {1, 0, 0}},  // .6 is enough for sample 1
                                {2 * third, 5 * third, {2 * third, 0, third}},  // .6 and .5 are not
                                {2 * third, 7 * third, {third, 0, 2 * third}},  // .7 is not either
                                {2 * third, 3, {0, 0, 1}}};                     // nobody is certain
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(thresholds[i]);
    CHECK(exits[i].threshold == thresholds[i]);
    CHECK(exits[i].accuracy == doctest::Approx(cases[i].accuracy));
    CHECK(exits[i].mean_timesteps == doctest::Approx(cases[i].mean));
    REQUIRE(exits[i].exits.size() == 3);
    for (std::size_t t = 0; t < 3; ++t) CHECK(exits[i].exits[t] == doctest::Approx(cases[i].exits[t]));
  }
}

TEST_CASE("Early exit: each timestep alone is right for the samples whose own argmax is [analysis]") {
  auto const alone = tet::analysis::accuracy_of_each_timestep(outputs());
  REQUIRE(alone.size() == 3);
  CHECK(alone[0] == doctest::Approx(1.0 / 3));
  CHECK(alone[1] == doctest::Approx(2.0 / 3));
  CHECK(alone[2] == doctest::Approx(2.0 / 3));
}

TEST_CASE("Early exit: up to each timestep the argmax of the mean decides [analysis]") {
  auto const up_to = tet::analysis::accuracy_up_to_each_timestep(outputs());
  REQUIRE(up_to.size() == 3);
  CHECK(up_to[0] == doctest::Approx(1.0 / 3));
  CHECK(up_to[1] == doctest::Approx(2.0 / 3));  // sample 1: means of 0, a tie, the first class
  CHECK(up_to[2] == doctest::Approx(2.0 / 3));
}

TEST_CASE("Early exit: large logits do not overflow, and a certain sample stops at the threshold 1 [analysis]") {
  RecordedOutputs const certain{2, 1, 2, {3e38f, -3e38f, 0, 0}, {0}};
  std::vector<double> const one{1};
  auto const exits = tet::analysis::early_exit(certain, one);
  CHECK(exits[0].mean_timesteps == 1);
  CHECK(exits[0].accuracy == 1);
}

TEST_CASE("Early exit: thresholds that are no confidence, and no samples, are refused [analysis]") {
  for (double const threshold : {-0.1, 1.5, std::numeric_limits<double>::quiet_NaN()}) {
    CAPTURE(threshold);
    std::vector<double> const thresholds{0.5, threshold};
    CHECK_THROWS_AS(tet::analysis::early_exit(outputs(), thresholds), std::invalid_argument);
  }
  std::vector<double> const half{0.5};
  CHECK_THROWS_AS(tet::analysis::early_exit({3, 0, 2, {}, {}}, half), std::invalid_argument);
}
