// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/loss/losses.hpp>

#include <string>
#include <vector>

namespace golden {

struct TetCase {
  char const* name;
  tet::TetLoss loss;
};
inline constexpr TetCase tet_cases[] = {{"tet_l0_p1", {.lambda = 0, .phi = 1}},
                                        {"tet_l0.001_p1", {.lambda = 0.001, .phi = 1}},
                                        {"tet_l0.05_p1", {.lambda = 0.05, .phi = 1}},
                                        {"tet_l0.5_p0.25", {.lambda = 0.5, .phi = 0.25}},
                                        {"tet_l1_p1", {.lambda = 1, .phi = 1}}};

/// SDT and TET: values, gradients and predictions.
template <class Backend, class Scalar>
class LossRun {
 public:
  void check() {
    for (std::string const data : {"a", "big"}) {
      check(data, "sdt", tet::SdtLoss{});
      for (TetCase const& c : tet_cases) check(data, c.name, c.loss);
    }
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  template <class Loss>
  void check(std::string const& data, std::string const& name, Loss const& loss) {
    auto const out = file_[data + ".out"];
    auto const y = file_.integers(data + ".y").values, predicted = file_.integers(data + ".pred").values;
    std::vector<int> const labels(y.begin(), y.end()), predictions(predicted.begin(), predicted.end());
    Index const timesteps = out.extent(0), batch = out.extent(1), classes = out.extent(2);
    auto const scratch = lab_.workspace(loss_workspace<Scalar>(lab_.exec, timesteps, batch, classes));
    Scalar const* const output = lab_.put(out.values);
    auto const run = [&](std::vector<int> const& wanted, Scalar* gradient) {
      return loss_and_gradient(lab_.exec, loss, timesteps, batch, classes, output, wanted.data(), gradient, scratch);
    };

    Scalar* const gradient = lab_.template room<Scalar>(out.size());
    auto const sum = run(labels, gradient);
    file_.close(data + "." + name + ".loss", std::vector<double>{sum.loss});
    file_.close(data + "." + name + ".gout", fetch<Backend>(gradient, out.size()));
    CHECK(run(labels, nullptr).loss == sum.loss);

    // The predicted classes, and no others, are those that count as right.
    CHECK(run(predictions, nullptr).correct == batch);
    Index right = 0;
    for (std::size_t b = 0; b < labels.size(); ++b) right += labels[b] == predictions[b];
    CHECK(sum.correct == right);
    std::vector<int> wrong = predictions;
    for (int& k : wrong) k = (k + 1) % int(classes);
    CHECK(run(wrong, nullptr).correct == 0);
  }

  Topic<Scalar> file_{"loss"};
  Lab<Backend> lab_;
};

}  // namespace golden
