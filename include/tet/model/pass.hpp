// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/arena.hpp>
#include <tet/core/conv_choice.hpp>
#include <tet/core/index.hpp>
#include <tet/core/workspace.hpp>
#include <tet/layer/parameter.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace tet {

/// Whether a forward call uses (and tracks) the batch's statistics, or the running ones.
enum class Mode { training, inference };

/// Whether a backward call computes the gradient of its input, too.
enum class InputGradient { computed, skipped };

namespace detail {

/// Where a stage's backward leaves dL/dx.
enum class GradientPlace {
  room,   ///< in room that the chain gives
  input,  ///< over the values of its input, which nobody needs any more
  view,   ///< dL/dx is dL/dy, read in another way
};

/// Extent in time and batch of what flows between two stages. `repeated`: one frame stands for all timesteps.
struct Flow {
  Index timesteps = 1;
  Index batch = 1;
  bool repeated = false;

  constexpr Index frames() const { return repeated ? batch : timesteps * batch; }
};

/// Measures or hands out the memory of a plan: what lives from forward to backward from the arena, scratch as the
/// largest need.
template <class Backend>
struct Planner {
  Backend const& exec;
  Arena arena;
  Index workspace = 0;

  void need_workspace(Index bytes) { workspace = std::max(workspace, bytes); }
};

/// What one forward or backward call works on.
template <class Backend, class Scalar>
struct Pass {
  Backend& exec;
  Scalar* parameters;
  Scalar* gradients;
  Scalar* statistics;
  Workspace workspace;
  Mode mode;
  /// Share of this batch in the running statistics; left out: the momentum of each BatchNorm.
  std::optional<double> statistics_share{};
};

/// Gives each tensor of a model its place: parameters and statistics in two ranges, each tensor at a multiple of 16
/// values.
class TensorCursor {
 public:
  Index take(ParameterSpec const& spec) {
    Index& end = spec.role == TensorRole::parameter ? parameters_ : statistics_;
    Index const begin = end;
    end += round_up(spec.count(), 16);
    return begin;
  }
  Index parameters() const { return parameters_; }
  Index statistics() const { return statistics_; }

 private:
  Index parameters_ = 0;
  Index statistics_ = 0;
};

}  // namespace detail

/// One line of `describe`: a layer as a user wrote it.
struct LayerRow {
  std::string place;  ///< "0.1", as in files
  std::string layer;
  std::vector<Index> shape;
  std::string kind;
  Index parameters = 0;
  Index macs = 0;                      ///< multiply-accumulates of one frame
  Index bytes = 0;                     ///< kept for backward at the planned (T, B)
  std::optional<ConvChoice> choice{};  ///< of a layer with synapses, at the planned (T, B)
};

}  // namespace tet
