// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/dense_int8.hpp>
#include <tet/backend/cpu/conv/int8_limits.hpp>
#include <tet/backend/cpu/conv/spike_forward_int8.hpp>
#include <tet/backend/cpu/conv/winograd_int16.hpp>
#include <tet/backend/cpu/convolution.hpp>
#include <tet/backend/cpu/neuron/output.hpp>
#include <tet/core/precision.hpp>

namespace tet {

namespace conv {

/// Winograd's weights are 4 times as large as the others: they pay where this many patches share one reading of them.
inline constexpr Index winograd_patches = 32;

/// From how many tasks on the threads are busy; one thread wants bands as large as they come, since each reads all
/// weights: 192 rows are up to 1.4x as fast as 96 where weights exceed the L2 cache (512x512@12, one sample).
template <class Loops>
Tasks frozen_tasks(BasicCpu<Loops> const& exec, Index timesteps) {
  return {.timesteps = timesteps,
          .wanted = exec.slots() == 1 ? 1 : 2 * exec.slots(),
          .slots = exec.slots(),
          .most_rows = 192};
}

/// Active inputs where their number is not asked for: spikes of one timestep are read as they are.
template <class Loops, class Kind>
Activity active_inputs(BasicCpu<Loops>& exec, Activation<Kind, float> x, ActivityScratch<Kind> const& scratch) {
  if constexpr (std::is_same_v<Kind, Spike>)
    if (scratch.shared.timesteps == 1) return {x.data, x.words_per_pixel()};
  return activity(exec, x, scratch);
}

/// Kernels on weights that are packed once: spike-driven ones, with Winograd beside them for busy input; for analog
/// input a dense one.
template <class Kind, class Precision>
class FrozenKernels;

template <class Kind>
class FrozenKernels<Kind, Float32> {
 public:
  FrozenKernels(Arena packed, Arena scratch, FrozenSynapses<Kind, Float32> const& w, ConvGeometry const& call,
                Tasks const& tasks)
      : g_(call), edge_(paying_edge(w.layer)) {
    activity_ = ActivityScratch<Kind>::plan(scratch, call);
    rounded_ = packed.take<bool>(1);
    // Only one of the kernels runs, and weights are packed for one of the two kinds of rows.
    Arena packed_rounded = packed, scratch_rounded = scratch, shared = scratch;
    spike_ = SpikeForward<>::plan<Kind>(packed, scratch, call, tasks);
    rounded_spike_ = SpikeForward<ShortRows>::plan<Kind>(packed_rounded, scratch_rounded, call, tasks);
    packed.move_to(std::max(packed.mark(), packed_rounded.mark()));
    if (edge_ != 0) winograd_ = Winograd::plan(packed, shared, Correlation::forward(call), edge_, tasks);
    packed_bytes = std::max(packed.peak(), packed_rounded.peak());
    scratch_bytes = std::max({scratch.peak(), scratch_rounded.peak(), shared.peak()});
  }

  Index packed_bytes = 0, scratch_bytes = 0;

  template <class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Float32> const& values) const {
    *rounded_ = false;
    if constexpr (ShortRows::pay)
      *rounded_ = ShortRows::applies<Kind>(g_) && rounded_spike_.template pack<Kind>(exec, values.weight, values.bias);
    if (!*rounded_) (void)spike_.template pack<Kind>(exec, values.weight, values.bias);
    if (edge_ != 0) winograd_.pack(exec, values.weight, values.bias);
  }

  template <class Loops, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    Activity const active = edge_ != 0 ? activity(exec, x, activity_) : active_inputs(exec, x, activity_);
    if (edge_ != 0 && density(active, g_) > limit()) return winograd_.run(exec, x, output);
    if constexpr (ShortRows::pay)
      if (*rounded_) return rounded_spike_.run(exec, active, x, output);
    spike_.run(exec, active, x, output);
  }

 private:
  double limit() const {
    using Limit = SpikeDrivenLimit<Kind>;
    return *rounded_ ? Limit::template forward<ShortRows>(g_, edge_) : Limit::template forward<FloatRows>(g_, edge_);
  }

  /// Of Winograd's patches; 0 where it does not pay.
  static Index paying_edge(ConvGeometry const& g) {
    auto const c = Correlation::forward(g);
    Index const edge = winograd_edge(g, c, winograd_patches);
    return edge != 0 && c.tiles(edge) >= winograd_patches ? edge : 0;
  }

  ConvGeometry g_;
  Index edge_;
  ActivityScratch<Kind> activity_;
  bool* rounded_;  // whether weights are packed for rounded_spike_
  SpikeForward<> spike_;
  SpikeForward<ShortRows> rounded_spike_;
  Winograd winograd_{};
};

template <>
class FrozenKernels<Analog, Float32> {
 public:
  FrozenKernels(Arena packed, Arena scratch, FrozenSynapses<Analog, Float32> const& w, ConvGeometry const& call,
                Tasks const& tasks) {
    auto const c = Correlation::forward(call);
    places_ = c.images * c.out_height * c.out_width;
    Index const edge = winograd_edge(w.layer, Correlation::forward(w.layer), winograd_patches);
    winograd_used_ = edge != 0;
    if (winograd_used_) winograd_ = Winograd::plan(packed, scratch, c, edge, {1, tasks.wanted, tasks.slots});
    else direct_ = DenseDirect::plan(packed, scratch, c, tasks.slots);
    packed_bytes = packed.peak();
    scratch_bytes = scratch.peak();
  }

  Index packed_bytes = 0, scratch_bytes = 0;

  template <class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Float32> const& values) const {
    if (winograd_used_) winograd_.pack(exec, values.weight, values.bias);
    else direct_.pack(exec, values.weight, values.bias);
  }

  template <class Loops>
  void run(BasicCpu<Loops>& exec, Activation<Analog, float> x, StoreRows const& output) const {
    if (winograd_used_)
      winograd_.run(exec, x, StoreRows{output.y, places_, output.channels});  // frames of a timestep do not matter here
    else direct_.run(exec, x, output.y);
  }

 private:
  Index places_;
  bool winograd_used_;
  Winograd winograd_{};
  DenseDirect direct_{};
};

/// All kernels are exact: the choice changes nothing but time. Beside the spike-driven one stands one for busy input,
/// Winograd's where it applies.
template <class Kind>
class FrozenKernels<Kind, Int8> {
 public:
  FrozenKernels(Arena packed, Arena scratch, FrozenSynapses<Kind, Int8> const& w, ConvGeometry const& call,
                Tasks const& tasks)
      : g_(call), winograd_used_(WinogradInt16<>::applies<Kind>(w.layer, w.timesteps)) {
    activity_ = ActivityScratch<Kind>::plan(scratch, call);
    Arena shared = scratch;  // only one of the two kernels runs
    spike_ = SpikeForwardInt8<>::plan<Kind>(packed, scratch, call, tasks);
    if (winograd_used_) winograd_ = WinogradInt16<>::plan(packed, shared, call, tasks);
    else if constexpr (dense_applies) dense_ = DenseInt8<>::plan<Kind>(packed, shared, call, tasks);
    packed_bytes = packed.peak();
    scratch_bytes = std::max(scratch.peak(), shared.peak());
  }

  Index packed_bytes = 0, scratch_bytes = 0;

  template <class Loops>
  void pack(BasicCpu<Loops>& exec, SynapseValues<Int8> const& values) const {
    spike_.template pack<Kind>(exec, values);
    if (winograd_used_) winograd_.template pack<Kind>(exec, values);
    else if constexpr (dense_applies) dense_.template pack<Kind>(exec, values);
  }

  template <class Loops, class Output>
  void run(BasicCpu<Loops>& exec, Activation<Kind, float> x, Output const& output) const {
    if (winograd_used_) {
      Activity const active = activity(exec, x, activity_);
      double const work = winograd_.work() * winograd_.transforms();
      double const limit = int8_limits.template winograd<Kind>(work, spike_.chunks.packs);
      if (density(active, g_) > limit) winograd_.run(exec, x, output);
      else spike_.run(exec, active, x, output);
    } else if constexpr (dense_applies) {
      Activity const active = activity(exec, x, activity_);
      double const limit = int8_limits.template dense<Kind>(dense_.padding(), spike_.padding());
      if (density(active, g_) > limit) dense_.run(exec, x, output);
      else spike_.run(exec, active, x, output);
    } else {
      spike_.run(exec, active_inputs(exec, x, activity_), x, output);
    }
  }

 private:
  static constexpr bool dense_applies = dense_int8_pays && DenseInt8<>::applies<Kind>;

  ConvGeometry g_;
  bool winograd_used_;
  ActivityScratch<Kind> activity_;
  SpikeForwardInt8<> spike_;
  WinogradInt16<> winograd_;
  DenseInt8<> dense_;
};

}  // namespace conv

/// Bytes of packed weights.
template <class Loops, class Kind, class Precision>
Index frozen_bytes(BasicCpu<Loops> const& exec, FrozenSynapses<Kind, Precision> const& w) {
  return conv::FrozenKernels<Kind, Precision>({}, {}, w, w.layer, conv::frozen_tasks(exec, w.timesteps)).packed_bytes;
}

/// Bytes of scratch for any call up to the largest one. Fewer samples never need more, fewer timesteps may.
template <class Loops, class Kind, class Precision>
Index frozen_workspace(BasicCpu<Loops> const& exec, FrozenSynapses<Kind, Precision> const& w) {
  Index bytes = conv::FrozenKernels<Kind, Precision>({}, {}, w, w.layer, conv::frozen_tasks(exec, 1)).scratch_bytes;
  for (Index t = 1; t <= w.timesteps; ++t) {
    ConvGeometry const g = w.geometry(w.layer.images / w.timesteps * t, t);
    conv::FrozenKernels<Kind, Precision> const kernels({}, {}, w, g, conv::frozen_tasks(exec, t));
    bytes = std::max(bytes, kernels.scratch_bytes);
  }
  return bytes;
}

/// Packs weights into w.packed.
template <class Loops, class Kind, class Precision>
void freeze_synapses(BasicCpu<Loops>& exec, FrozenSynapses<Kind, Precision> const& w,
                     SynapseValues<Precision> const& values) {
  Arena const packed(w.packed, w.bytes);
  conv::FrozenKernels<Kind, Precision>(packed, {}, w, w.layer, conv::frozen_tasks(exec, w.timesteps))
      .pack(exec, values);
}

/// y = weights applied to x, plus bias.
///
/// Shape: x [frames of H*W pixels, C], y [frames of H'*W' pixels, Out].
template <class Loops, class Kind, class Precision>
void synapses_forward(BasicCpu<Loops>& exec, FrozenSynapses<Kind, Precision> const& w, Activation<Kind, float> x,
                      float* y, Workspace workspace) {
  ConvGeometry const g = w.geometry(x.pixels / w.layer.in_pixels(), 1);
  Arena const packed(w.packed, w.bytes), scratch(workspace.data, workspace.bytes);
  conv::FrozenKernels<Kind, Precision>(packed, scratch, w, g, conv::frozen_tasks(exec, 1))
      .run(exec, x, conv::StoreRows{y, g.images * g.out_pixels(), g.out_channels});
}

/// The same followed by a layer of neurons, for spikes and counts: what the neurons take in is never stored.
///
/// `call` carries the neurons' parameters and state, timesteps and places; its x has channels only.
/// Shape: x [timesteps][batch] frames of H*W pixels, out [timesteps][batch] frames of H'*W' pixels.
template <NeuronModel Neuron, class Loops, class Kind, class Precision, class OutKind>
void synapses_neuron_forward(BasicCpu<Loops>& exec, FrozenSynapses<Kind, Precision> const& w, Activation<Kind, float> x,
                             NeuronCall<Analog, NoNormalisation, float> const& call, Activation<OutKind, float> out,
                             Workspace workspace) {
  ConvGeometry const g = w.geometry(x.pixels / w.layer.in_pixels(), call.timesteps);
  Arena const packed(w.packed, w.bytes), scratch(workspace.data, workspace.bytes);
  conv::FrozenKernels<Kind, Precision>(packed, scratch, w, g, conv::frozen_tasks(exec, call.timesteps))
      .run(exec, x, cpu::NeuronOutput<Neuron, OutKind>{call, out});
}

}  // namespace tet
