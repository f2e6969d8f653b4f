// SPDX-License-Identifier: MIT
#pragma once

#include <tet/inference/stage/stage.hpp>
#include <tet/layer/avg_pool2d.hpp>
#include <tet/layer/flatten.hpp>
#include <tet/layer/global_avg_pool.hpp>
#include <tet/layer/max_pool2d.hpp>
#include <tet/model/stage/flatten.hpp>

namespace tet::detail {

/// Pooling of each frame.
template <class Layer, class In, class Backend>
class PoolInference {
 public:
  using Output = LayerOutput<Layer, In>;

  void place(TensorCursor&) {}
  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    y_ = take_activation<Output, float>(planner.signals, flow.timesteps * flow.batch);
    return flow;
  }
  void freeze(Backend&, TrainedValues const&) {}

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    Index const frames = pass.frames(x.repeated);
    auto const y = first_pixels(y_, frames * Output::shape.pixels());
    if (pass.computes(x.repeated)) pool_forward(pass.exec, Layer::template geometry<In>(frames), x.view, y);
    return {y, x.repeated};
  }

 private:
  Activation<typename Output::Kind, float> y_;
};

template <Index Window, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<AvgPool2d<Window>, Place>, In, Backend, Precision>
    : public PoolInference<AvgPool2d<Window>, In, Backend> {};

template <class Place, class In, class Backend, class Precision>
class InferenceStage<Node<GlobalAvgPool, Place>, In, Backend, Precision>
    : public PoolInference<GlobalAvgPool, In, Backend> {};

template <auto options, class Place, class In, class Backend, class Precision>
class InferenceStage<Node<MaxPool2d<options>, Place>, In, Backend, Precision>
    : public PoolInference<MaxPool2d<options>, In, Backend> {};

/// A change of view; only spikes whose channels do not fill whole words move.
template <class Place, class In, class Backend, class Precision>
class InferenceStage<Node<Flatten, Place>, In, Backend, Precision> {
 public:
  using Output = LayerOutput<Flatten, In>;
  static constexpr bool moves = flatten_moves<In>;

  void place(TensorCursor&) {}
  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    if constexpr (moves) y_ = take_activation<Output, float>(planner.signals, flow.timesteps * flow.batch);
    return flow;
  }
  void freeze(Backend&, TrainedValues const&) {}

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    Index const frames = pass.frames(x.repeated);
    if constexpr (moves) {
      auto const y = first_pixels(y_, frames);
      if (pass.computes(x.repeated)) flatten_spikes(pass.exec, x.view, y);
      return {y, x.repeated};
    } else {
      return {{x.view.data, frames, Output::shape.size()}, x.repeated};
    }
  }

 private:
  Activation<typename Output::Kind, float> y_;
};

}  // namespace tet::detail
