// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cuda/channel_sums.cuh>
#include <tet/backend/cuda/cuda.cuh>
#include <tet/core/arena.hpp>
#include <tet/core/loss_sum.hpp>
#include <tet/core/loss_term.hpp>
#include <tet/core/math.hpp>
#include <tet/core/repeated_work.hpp>
#include <tet/core/targets.hpp>
#include <tet/core/workspace.hpp>

#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>
#include <vector>

namespace tet {

namespace gpu {

/// What a loss knows of the host, and its result. All of it lies in memory that stays from before a step until after it, so
/// that recorded work finds there the loss and the targets of the day.
template <class Loss>
struct LossCall {
  double* result;  // loss, and number classified rightly
  Loss* loss;
  int* labels;    // [B]
  int* others;    // [B], and shares: of mixed samples, else nullptr
  float* shares;  // [B]

  /// Room for mixed samples too, so that the others lie where they lay.
  LossCall(Arena& arena, Index batch) {
    static_assert(std::is_trivially_copyable_v<Loss> && alignof(Loss) <= Arena::alignment);
    result = arena.take<double>(2);
    loss = arena.take<Loss>(1);
    labels = arena.take<int>(batch);
    others = arena.take<int>(batch);
    shares = arena.take<float>(batch);
  }
};

/// Brings a loss and the targets of a batch to the device, as one copy.
template <class Execution, class Loss>
LossCall<Loss> bring_loss(BasicCuda<Execution>& exec, Loss const& loss, Index batch, Targets const& targets) {
  Arena measure;
  LossCall<Loss>(measure, batch);
  Arena arena(exec.step_memory(measure.peak()), measure.peak());
  LossCall<Loss> call(arena, batch);
  auto const place = [](auto* at) { return reinterpret_cast<std::byte*>(at); };
  std::byte* const begin = place(call.loss);
  std::byte* const end = targets.mixed() ? place(call.shares + batch) : place(call.labels + batch);
  exec.execution().fill(begin, end - begin, [&](std::byte* host) {
    auto const put = [&](auto* at, auto const* from, Index count) {
      std::memcpy(host + (place(at) - begin), from, std::size_t(count) * sizeof *from);
    };
    put(call.loss, &loss, 1);
    put(call.labels, targets.labels, batch);
    if (targets.mixed()) {
      put(call.others, targets.others, batch);
      put(call.shares, targets.shares, batch);
    }
    return host;
  });
  if (!targets.mixed()) {
    call.others = nullptr;
    call.shares = nullptr;
  }
  return call;
}

/// Scratch of a loss and of counting what was classified rightly.
template <class Scalar>
struct LossScratch {
  int* labels;      // [B], of counting alone
  Scalar* second;   // [T][B][K]: dmean of the other label
  Scalar* mean;     // [B][K]
  Scalar* dmean;    // [T][B][K]
  Scalar* unused;   // [T][B][K]: a gradient that nobody wants, or doutput of the other label
  double* losses;   // [T * B], and a tree
  double* correct;  // [B][T], and a tree

  LossScratch(Arena& arena, Index timesteps, Index batch, Index classes) {
    labels = arena.take<int>(batch);
    second = arena.take<Scalar>(timesteps * batch * classes);
    mean = arena.take<Scalar>(batch * classes);
    dmean = arena.take<Scalar>(timesteps * batch * classes);
    unused = arena.take<Scalar>(timesteps * batch * classes);
    losses = arena.take<double>(SumTree{timesteps * batch, 1}.bytes() / Index(sizeof(double)));
    correct = arena.take<double>(SumTree{batch, timesteps}.bytes() / Index(sizeof(double)));
  }
};

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
  Loss const* loss;
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
    losses[i] = double((*loss)(
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

/// Puts a loss and its gradient on their way.
template <class Execution, class Loss, class Scalar>
void launch_loss(BasicCuda<Execution>& exec, LossCall<Loss> const& call, Index timesteps, Index batch, Index classes,
                 Scalar const* output, Scalar* doutput, int* withheld, Workspace workspace) {
  Arena arena(workspace.data, workspace.bytes);
  LossScratch<Scalar> const scratch(arena, timesteps, batch, classes);
  Index const count = batch * classes, terms = timesteps * batch;
  exec.for_each(count, MeanOutput<Scalar>{timesteps, count, output, scratch.mean});
  LossAt<Loss, Scalar> const at{
      call.loss,     timesteps,     batch,       classes,
      output,        scratch.mean,  call.labels, doutput != nullptr ? doutput : scratch.unused,
      scratch.dmean, scratch.losses};
  exec.for_each(terms, at);
  if (call.others != nullptr)
    exec.for_each(terms, MixedLossAt<Loss, Scalar>{at, call.others, call.shares, scratch.second, scratch.unused});
  Scalar const share = Scalar(1) / (Scalar(timesteps) * Scalar(batch));
  if (doutput != nullptr) exec.for_each(count, LossGradient<Scalar>{timesteps, count, share, scratch.dmean, doutput});
  exec.for_each(batch, Hit<Scalar>{classes, scratch.mean, call.labels, scratch.correct});
  exec.for_each(1, FinishLoss{add_rows(exec, {terms, 1}, scratch.losses), add_rows(exec, {batch, 1}, scratch.correct),
                              double(terms), call.result, withheld});
}

/// The loss of a training step. While it lives, and where the loss is not finite, updates are withheld. It must not outlive
/// its backend, and there is one at a time.
template <class Execution, class Loss>
class StepLoss {
 public:
  StepLoss(BasicCuda<Execution>& exec, Loss const& loss, Index batch, Targets const& targets)
      : execution_(exec.execution()), call_(bring_loss(exec, loss, batch, targets)) {}
  StepLoss(StepLoss const&) = delete;
  StepLoss& operator=(StepLoss const&) = delete;
  ~StepLoss() {
    if (!finite_) execution_.allow_updates();
  }

  /// Where its part of the step's work lies. The second place tells mixed batches, which ask for more, from others.
  RepeatedWork::Places<2> memory() const { return {call_.loss, call_.others}; }

  /// As loss_and_gradient, without waiting.
  template <class Scalar>
  void start(BasicCuda<Execution>& exec, Index timesteps, Index batch, Index classes, Scalar const* output,
             Scalar* doutput, Workspace workspace) {
    launch_loss(exec, call_, timesteps, batch, classes, output, doutput, execution_.updates_withheld(), workspace);
    execution_.send(reinterpret_cast<Values<double, 2> const*>(call_.result));
  }

  /// Nothing is known before it is waited for: the work may be one that is being recorded.
  std::optional<LossSum> known() const { return {}; }

  /// Waits for the result.
  LossSum get() {
    auto const result = execution_.template receive<Values<double, 2>>();
    finite_ = std::isfinite(result[0]);
    return {result[0], Index(result[1])};
  }

 private:
  Execution& execution_;
  LossCall<Loss> call_;
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
  auto const call = gpu::bring_loss(exec, loss, batch, targets);
  gpu::launch_loss(exec, call, timesteps, batch, classes, output, doutput, static_cast<int*>(nullptr), workspace);
  Values<double, 2> result;
  exec.execution().read(&result, call.result, sizeof result);
  return {result[0], Index(result[1])};
}

/// The loss of a training step on `batch` samples, whose targets are brought to the device now: backward and update follow
/// its start at once. Where it turns out not to be finite, update_parameters does nothing until the StepLoss is gone.
template <class Execution, class Loss>
gpu::StepLoss<Execution, Loss> step_loss(BasicCuda<Execution>& exec, Loss const& loss, Index batch, Targets targets) {
  return {exec, loss, batch, targets};
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
  exec.bring(reinterpret_cast<std::byte*>(scratch.labels), labels, batch * Index(sizeof(int)));
  exec.for_each(batch, gpu::HitsOverTime<Scalar>{timesteps, batch, classes, output, scratch.labels, scratch.mean,
                                                 scratch.correct});
  std::vector<double> hits(std::size_t(timesteps), 0.0);
  exec.execution().read(hits.data(), gpu::add_rows(exec, {batch, timesteps}, scratch.correct),
                        timesteps * Index(sizeof(double)));
  for (Index t = 0; t < timesteps; ++t) correct[t] += Index(hits[std::size_t(t)]);
}

}  // namespace tet
