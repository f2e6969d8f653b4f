// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/precision.hpp>
#include <tet/inference/nodes.hpp>
#include <tet/model/pass.hpp>
#include <tet/model/stage/stage.hpp>

#include <vector>

namespace tet::detail {

/// Measures or hands out an engine's memory: weights, the neurons' state (apart, so that a reset clears one range),
/// signals, and scratch as the largest need.
template <class Backend>
struct InferencePlanner {
  Backend const& exec;
  Arena weights, state, signals;
  Index workspace = 0;

  void need_workspace(Index bytes) { workspace = std::max(workspace, bytes); }
};

/// A model's values in host memory, each tensor where a TensorCursor places it.
struct TrainedValues {
  std::vector<float> parameters, statistics;
};

/// What one call works on: some timesteps of a sequence, in order. `opening`: they are its first.
template <class Backend>
struct InferencePass {
  Backend& exec;
  Workspace workspace;
  Index timesteps;
  Index batch;
  bool opening;

  Index frames(bool repeated) const { return repeated ? batch : timesteps * batch; }
  /// A signal that is the same at all timesteps is computed by the call that opens the sequence.
  bool computes(bool repeated) const { return opening || !repeated; }
};

/// A signal between two stages. `repeated`: one frame of each sample stands for all timesteps of the sequence.
template <class Kind>
struct Flowing {
  Activation<Kind, float> view;
  bool repeated = false;
};

/// Run-time side of one step of an engine.
///
///   Output                                its output Signal
///   void place(TensorCursor&)             finds its tensors: the order of all stages is that of the model's
///   Flow plan(InferencePlanner&, Flow)    takes memory for the largest call; `repeated` says that the input may be
///   void freeze(Backend&, TrainedValues)  makes its weights
///   Flowing forward(InferencePass&, Flowing)
template <class Node, class In, class Backend, class Precision>
class InferenceStage;

template <class Sig>
using FlowingOf = Flowing<typename Sig::Kind>;

/// The first frames of a planned view.
template <class Kind>
Activation<Kind, float> first_pixels(Activation<Kind, float> view, Index pixels) {
  return {view.data, pixels, view.channels};
}

}  // namespace tet::detail
