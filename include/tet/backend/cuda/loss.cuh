// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/arena.hpp>
#include <tet/core/loss_sum.hpp>
#include <tet/core/loss_term.hpp>
#include <tet/core/math.hpp>
#include <tet/core/targets.hpp>
#include <tet/core/workspace.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <utility>
#include <vector>

namespace tet {

namespace gpu {

/// Scratch of a loss and of counting what was classified rightly.
template <class Scalar>
struct LossScratch {
  int* labels;      // [B]
  int* others;      // [B], and what follows: of mixed samples
  float* shares;    // [B]
  Scalar* second;   // [T][B][K]: dmean of the other label
  Scalar* mean;     // [B][K]
  Scalar* dmean;    // [T][B][K]
  Scalar* unused;   // [T][B][K]: a gradient that nobody wants, or doutput of the other label
  double* losses;   // [T * B], and a tree
  double* correct;  // [B][T], and a tree
  double* result;   // loss, and number classified rightly

  LossScratch(Arena& arena, Index timesteps, Index batch, Index classes) {
    labels = arena.take<int>(batch);
    others = arena.take<int>(batch);
    shares = arena.take<float>(batch);
    second = arena.take<Scalar>(timesteps * batch * classes);
    mean = arena.take<Scalar>(batch * classes);
    dmean = arena.take<Scalar>(timesteps * batch * classes);
    unused = arena.take<Scalar>(timesteps * batch * classes);
    losses = arena.take<double>(SumTree{timesteps * batch, 1}.bytes() / Index(sizeof(double)));
    correct = arena.take<double>(SumTree{batch, timesteps}.bytes() / Index(sizeof(double)));
    result = arena.take<double>(2);
  }
};

/// Brings one value for each sample to the device: labels, or shares of labels.
template <class Execution, class Value>
void bring(BasicCuda<Execution>& exec, Index batch, Value const* values, Value* to) {
  Index const bytes = batch * Index(sizeof(Value));
  exec.execution().fill(reinterpret_cast<std::byte*>(to), bytes,
                        [&](std::byte* host) { return std::memcpy(host, values, std::size_t(bytes)); });
}

template <class Scalar>
TET_HD inline Index largest(Scalar const* row, Index classes) {
  Index best = 0;
  for (Index k = 1; k < classes; ++k)
    if (row[best] < row[k]) best = k;
  return best;
}

/// Mean over time of one sample's output for one class.
template <class Scalar>
struct MeanOutput {
  Index timesteps, count;
  Scalar const* output;
  Scalar* mean;

  TET_HD void operator()(Index i) const {
    Scalar total = 0;
    for (Index t = 0; t < timesteps; ++t) total += output[t * count + i];
    mean[i] = total / Scalar(timesteps);
  }
};

/// The loss of one sample at one timestep.
template <class Loss, class Scalar>
struct LossAt {
  Loss loss;
  Index timesteps, batch, classes;
  Scalar const* output;
  Scalar const* mean;
  int const* labels;
  Scalar* doutput;
  Scalar* dmean;
  double* losses;

  TET_HD void operator()(Index i) const {
    Index const t = i / batch, b = i % batch, at = i * classes;
    for (Index k = 0; k < classes; ++k) doutput[at + k] = dmean[at + k] = Scalar(0);
    losses[i] = double(loss(
        LossTerm<Scalar>{output + at, mean + b * classes, classes, labels[b], t, timesteps, doutput + at, dmean + at}));
  }
};

/// After LossAt, of samples that were mixed: the loss of the other label, each by its share. `second` and `unused` get
/// the other label's gradients.
template <class Loss, class Scalar>
struct MixedLossAt {
  LossAt<Loss, Scalar> first;
  int const* others;
  float const* shares;
  Scalar *second, *unused;

  TET_HD void operator()(Index i) const {
    Index const b = i % first.batch, at = i * first.classes;
    if (others[b] == first.labels[b]) return;
    LossAt<Loss, Scalar> other = first;
    double const loss_of_first = first.losses[i];
    other.labels = others;
    other.doutput = unused;
    other.dmean = second;
    other(i);
    Scalar const share = Scalar(shares[b]), rest = Scalar(1) - share;
    for (Index k = at; k < at + first.classes; ++k) {
      first.doutput[k] = share * first.doutput[k] + rest * unused[k];
      first.dmean[k] = share * first.dmean[k] + rest * second[k];
    }
    first.losses[i] = double(share) * loss_of_first + double(rest) * first.losses[i];
  }
};

/// dL/dO[t, b, k] of all timesteps, from the loss's own gradient and that through the mean.
template <class Scalar>
struct LossGradient {
  Index timesteps, count;
  Scalar share;
  Scalar const* dmean;
  Scalar* doutput;

  TET_HD void operator()(Index i) const {
    Scalar through_mean = 0;
    for (Index t = 0; t < timesteps; ++t) through_mean += dmean[t * count + i];
    through_mean = through_mean * share / Scalar(timesteps);
    for (Index t = 0; t < timesteps; ++t) doutput[t * count + i] = doutput[t * count + i] * share + through_mean;
  }
};

/// Whether the mean output is largest at the label.
template <class Scalar>
struct Hit {
  Index classes;
  Scalar const* mean;
  int const* labels;
  double* correct;

  TET_HD void operator()(Index b) const { correct[b] = largest(mean + b * classes, classes) == labels[b] ? 1 : 0; }
};

/// The loss of the batch, and whether updates are withheld because it is not finite.
struct FinishLoss {
  double const *losses, *correct;
  double terms;
  double* result;
  int* withheld;  // nullptr: an evaluation

  static constexpr double most = std::numeric_limits<double>::max();

  TET_HD void operator()(Index) const {
    double const loss = *losses / terms;
    result[0] = loss;
    result[1] = *correct;
    if (withheld != nullptr) *withheld = abs(loss) <= most ? 0 : 1;  // a NaN is not <=
  }
};

/// Whether the sum of a sample's outputs up to t is largest at the label, for each t.
template <class Scalar>
struct HitsOverTime {
  Index timesteps, batch, classes;
  Scalar const* output;
  int const* labels;
  Scalar* sum;
  double* correct;

  TET_HD void operator()(Index b) const {
    Scalar* const row = sum + b * classes;
    for (Index k = 0; k < classes; ++k) row[k] = 0;
    for (Index t = 0; t < timesteps; ++t) {
      for (Index k = 0; k < classes; ++k) row[k] += output[(t * batch + b) * classes + k];
      correct[b * timesteps + t] = largest(row, classes) == labels[b] ? 1 : 0;
    }
  }
};

/// Puts a loss and its gradient on their way; returns where the result will be.
template <class Execution, class Loss, class Scalar>
double const* launch_loss(BasicCuda<Execution>& exec, Loss const& loss, Index timesteps, Index batch, Index classes,
                          Scalar const* output, Targets targets, Scalar* doutput, int* withheld, Workspace workspace) {
  Arena arena(workspace.data, workspace.bytes);
  LossScratch<Scalar> const scratch(arena, timesteps, batch, classes);
  Index const count = batch * classes, terms = timesteps * batch;
  bring(exec, batch, targets.labels, scratch.labels);
  exec.for_each(count, MeanOutput<Scalar>{timesteps, count, output, scratch.mean});
  LossAt<Loss, Scalar> const at{
      loss,          timesteps,     batch,          classes,
      output,        scratch.mean,  scratch.labels, doutput != nullptr ? doutput : scratch.unused,
      scratch.dmean, scratch.losses};
  exec.for_each(terms, at);
  if (targets.mixed()) {
    bring(exec, batch, targets.others, scratch.others);
    bring(exec, batch, targets.shares, scratch.shares);
    exec.for_each(terms, MixedLossAt<Loss, Scalar>{at, scratch.others, scratch.shares, scratch.second, scratch.unused});
  }
  Scalar const share = Scalar(1) / (Scalar(timesteps) * Scalar(batch));
  if (doutput != nullptr) exec.for_each(count, LossGradient<Scalar>{timesteps, count, share, scratch.dmean, doutput});
  exec.for_each(batch, Hit<Scalar>{classes, scratch.mean, scratch.labels, scratch.correct});
  exec.for_each(1, FinishLoss{add_rows(exec, {terms, 1}, scratch.losses), add_rows(exec, {batch, 1}, scratch.correct),
                              double(terms), scratch.result, withheld});
  return scratch.result;
}

/// The loss of a training step, on its way to the host. While it lives, and where the loss is not finite, updates are
/// withheld. It must not outlive its backend.
template <class Execution>
class PendingLoss {
 public:
  PendingLoss(Execution& execution, double const* result)
      : execution_(execution), result_(execution.template read_later<Values<double, 2>>(result)) {}
  PendingLoss(PendingLoss const&) = delete;
  PendingLoss& operator=(PendingLoss const&) = delete;
  ~PendingLoss() {
    if (!finite_) execution_.allow_updates();
  }

  /// Whether get() would not wait.
  bool ready() const { return result_.ready(); }

  /// Waits for the result.
  LossSum get() {
    Values<double, 2> const result = result_.get();
    finite_ = std::isfinite(result[0]);
    return {result[0], Index(result[1])};
  }

 private:
  Execution& execution_;
  decltype(std::declval<Execution&>().template read_later<Values<double, 2>>(nullptr)) result_;
  bool finite_ = false;  // as far as is known
};

}  // namespace gpu

/// Bytes that loss_and_gradient and count_correct need.
template <class Scalar, class Execution>
Index loss_workspace(BasicCuda<Execution> const&, Index timesteps, Index batch, Index classes) {
  Arena arena;
  gpu::LossScratch<Scalar>(arena, timesteps, batch, classes);
  return arena.peak();
}

/// L = 1/(T B) * sum over t, b of loss(term), with its gradient; returns L and the number of samples whose mean output
/// is largest at the label. Waits for the device.
///
/// Shape: output, doutput [T, B, K] on the device. doutput == nullptr: no gradient.
/// Order: fixed by sizes.
template <class Execution, class Loss, class Scalar>
LossSum loss_and_gradient(BasicCuda<Execution>& exec, Loss const& loss, Index timesteps, Index batch, Index classes,
                          Scalar const* output, Targets targets, Scalar* doutput, Workspace workspace) {
  double const* const at = gpu::launch_loss(exec, loss, timesteps, batch, classes, output, targets, doutput,
                                            static_cast<int*>(nullptr), workspace);
  Values<double, 2> result;
  exec.execution().read(&result, at, sizeof result);
  return {result[0], Index(result[1])};
}

/// The same for a training step, without waiting: backward and update follow at once. Where the loss turns out not to be
/// finite, update_parameters does nothing until the PendingLoss is gone.
template <class Execution, class Loss, class Scalar>
gpu::PendingLoss<Execution> start_loss_and_gradient(BasicCuda<Execution>& exec, Loss const& loss, Index timesteps,
                                                    Index batch, Index classes, Scalar const* output, Targets targets,
                                                    Scalar* doutput, Workspace workspace) {
  double const* const at = gpu::launch_loss(exec, loss, timesteps, batch, classes, output, targets, doutput,
                                            exec.execution().updates_withheld(), workspace);
  return {exec.execution(), at};
}

/// correct[t] += number of samples whose output, averaged over timesteps 0 … t, is largest at the label. Waits for the
/// device.
///
/// Shape: output [T, B, K] on the device; labels [B], correct [T] on the host.
template <class Execution, class Scalar>
void count_correct(BasicCuda<Execution>& exec, Index timesteps, Index batch, Index classes, Scalar const* output,
                   int const* labels, Workspace workspace, Index* correct) {
  Arena arena(workspace.data, workspace.bytes);
  gpu::LossScratch<Scalar> const scratch(arena, timesteps, batch, classes);
  gpu::bring(exec, batch, labels, scratch.labels);
  exec.for_each(batch, gpu::HitsOverTime<Scalar>{timesteps, batch, classes, output, scratch.labels, scratch.mean,
                                                 scratch.correct});
  std::vector<double> hits(std::size_t(timesteps), 0.0);
  exec.execution().read(hits.data(), gpu::add_rows(exec, {batch, timesteps}, scratch.correct),
                        timesteps * Index(sizeof(double)));
  for (Index t = 0; t < timesteps; ++t) correct[t] += Index(hits[std::size_t(t)]);
}

}  // namespace tet
