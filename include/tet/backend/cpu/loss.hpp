// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/loss_sum.hpp>
#include <tet/core/loss_term.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/targets.hpp>
#include <tet/core/workspace.hpp>

#include <algorithm>
#include <optional>

namespace tet {

/// Bytes that loss_and_gradient needs.
template <class Scalar, class Loops>
Index loss_workspace(BasicCpu<Loops> const& exec, Index /*timesteps*/, Index batch, Index classes) {
  return batch * 2 * Index(sizeof(double)) + exec.slots() * 6 * classes * Index(sizeof(Scalar));
}

namespace cpu {

/// The loss of one sample at one timestep. Where two samples were mixed it is that of both labels, each by its share;
/// `second` is room for the gradients of the other label, doutput and dmean.
template <class Loss, class Scalar>
double loss_of(Loss const& loss, LossTerm<Scalar> term, Targets const& targets, Index b, Scalar* second) {
  double const first = double(loss(term));
  if (!targets.mixed() || targets.others[b] == targets.labels[b]) return first;
  Scalar const share = Scalar(targets.shares[b]), rest = Scalar(1) - share;
  Scalar* const into[] = {term.doutput, term.dmean};
  std::fill_n(second, 2 * term.classes, Scalar(0));
  term.label = targets.others[b];
  term.doutput = second;
  term.dmean = second + term.classes;
  double const other = double(loss(term));
  for (Index half = 0; half < 2; ++half)
    for (Index k = 0; k < term.classes; ++k)
      into[half][k] = share * into[half][k] + rest * second[half * term.classes + k];
  return double(share) * first + double(rest) * other;
}

}  // namespace cpu

/// L = 1/(T B) * sum over t, b of loss(term), with its gradient; returns L and the number of samples whose mean output
/// is largest at the label.
///
/// Shape: output, doutput [T, B, K]. doutput == nullptr: no gradient.
/// Order: t within a sample, then b; the same bits for any number of threads.
template <class Loops, class Loss, class Scalar>
LossSum loss_and_gradient(BasicCpu<Loops>& exec, Loss const& loss, Index timesteps, Index batch, Index classes,
                          Scalar const* output, Targets targets, Scalar* doutput, Workspace workspace) {
  double* const losses = reinterpret_cast<double*>(workspace.data);
  double* const correct = losses + batch;
  Scalar* const rows = reinterpret_cast<Scalar*>(correct + batch);
  Scalar const share = Scalar(1) / (Scalar(timesteps) * Scalar(batch));
  exec.parallel_for(batch, [&](Index b, Index slot) {
    Scalar* const mean = rows + slot * 6 * classes;
    Scalar* const dmean = mean + classes;  // of one timestep
    Scalar* const dmean_sum = dmean + classes;
    Scalar* const discarded = dmean_sum + classes;  // gradient that nobody wants
    Scalar* const second = discarded + classes;     // [2][K]
    for (Index k = 0; k < classes; ++k) {
      Scalar total = 0;
      for (Index t = 0; t < timesteps; ++t) total += output[(t * batch + b) * classes + k];
      mean[k] = total / Scalar(timesteps);
    }
    std::fill_n(dmean_sum, classes, Scalar(0));
    double total = 0;
    for (Index t = 0; t < timesteps; ++t) {
      Index const at = (t * batch + b) * classes;
      Scalar* const row = doutput != nullptr ? doutput + at : discarded;
      std::fill_n(row, classes, Scalar(0));
      std::fill_n(dmean, classes, Scalar(0));
      LossTerm<Scalar> const term{output + at, mean, classes, targets.labels[b], t, timesteps, row, dmean};
      total += cpu::loss_of(loss, term, targets, b, second);
      for (Index k = 0; k < classes; ++k) {
        row[k] *= share;
        dmean_sum[k] += dmean[k];
      }
    }
    if (doutput != nullptr)
      for (Index t = 0; t < timesteps; ++t)
        for (Index k = 0; k < classes; ++k)
          doutput[(t * batch + b) * classes + k] += dmean_sum[k] * share / Scalar(timesteps);
    losses[b] = total;
    correct[b] = std::max_element(mean, mean + classes) - mean == targets.labels[b] ? 1 : 0;
  });
  LossSum sum;
  for (Index b = 0; b < batch; ++b) {
    sum.loss += losses[b];
    sum.correct += Index(correct[b]);
  }
  sum.loss /= double(timesteps) * double(batch);
  return sum;
}

namespace cpu {

/// The loss of one training step.
template <class Loss>
class StepLoss {
 public:
  StepLoss(Loss const& loss, Targets targets) : loss_(loss), targets_(targets) {}

  /// Where its part of the step's work lies: nothing of it is kept here.
  RepeatedWork::Places<0> memory() const { return {}; }

  /// As loss_and_gradient.
  template <class Loops, class Scalar>
  void start(BasicCpu<Loops>& exec, Index timesteps, Index batch, Index classes, Scalar const* output, Scalar* doutput,
             Workspace workspace) {
    sum_ = loss_and_gradient(exec, loss_, timesteps, batch, classes, output, targets_, doutput, workspace);
  }

  /// The result, where it is there as soon as start returns.
  std::optional<LossSum> known() const { return sum_; }
  LossSum get() const { return sum_; }

 private:
  Loss const& loss_;
  Targets targets_;
  LossSum sum_;
};

}  // namespace cpu

/// The loss of a training step on `batch` samples, whose targets a backend brings to its memory now. On other backends the
/// result may come later than start returns, and updates of a loss that is not finite do nothing.
template <class Loops, class Loss>
cpu::StepLoss<Loss> step_loss(BasicCpu<Loops>&, Loss const& loss, Index /*batch*/, Targets targets) {
  return {loss, targets};
}

}  // namespace tet
