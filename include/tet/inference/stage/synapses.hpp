// SPDX-License-Identifier: MIT
#pragma once

#include <tet/inference/stage/neuron.hpp>

#include <limits>

namespace tet::detail {

/// Conv2d or Linear with the BatchNorm after it folded in, and with the neurons after that in the same pass where the
/// input is spikes or counts.
template <class SynapseNode, class NormNode, class NeuronNode, class In, class Backend, class Precision>
class InferenceStage<SynapseGroup<SynapseNode, NormNode, NeuronNode>, In, Backend, Precision> {
 public:
  using Layer = typename SynapseNode::Layer;
  using Analogue = LayerOutput<Layer, In>;  // what the synapses give
  static constexpr bool spiking = !std::is_same_v<typename In::Kind, Analog>;
  static constexpr bool with_neurons = !std::is_void_v<NeuronNode>;
  /// Analog input is no whole number: its weights are rounded to those of Int8, but computed with in float.
  using Kept = std::conditional_t<spiking, Precision, Float32>;

  struct NoNeurons {
    using Output = Analogue;
  };
  template <class Node>
  struct Frozen {
    using type = FrozenNeurons<Node, Analogue>;
  };
  using Neurons = typename std::conditional_t<with_neurons, Frozen<NeuronNode>, std::type_identity<NoNeurons>>::type;
  using Output = typename Neurons::Output;

  void place(TensorCursor& cursor) {
    weight_ = cursor.take(Layer::template weight<In>);
    if constexpr (Layer::has_bias) bias_ = cursor.take(Layer::template bias<In>);
    if constexpr (!std::is_void_v<NormNode>) norm_.place(cursor);
    if constexpr (with_neurons) neurons_.place(cursor);
  }

  Flow plan(InferencePlanner<Backend>& planner, Flow flow) {
    Index const frames = flow.timesteps * flow.batch;
    synapses_ = {.layer = Layer::template geometry<In>(frames), .timesteps = flow.timesteps};
    synapses_.bytes = frozen_bytes(planner.exec, synapses_);
    synapses_.packed = planner.weights.template take<std::byte>(synapses_.bytes);
    planner.need_workspace(frozen_workspace(planner.exec, synapses_));
    if constexpr (with_neurons) {
      neurons_.plan(planner, flow);
      if (!spiking || flow.repeated)
        y_ = take_activation<Analogue, float>(planner.signals, spiking ? flow.batch : frames);
      return {flow.timesteps, flow.batch, false};
    } else {
      y_ = take_activation<Analogue, float>(planner.signals, frames);
      return flow;
    }
  }

  void freeze(Backend& exec, TrainedValues const& values) {
    float const* const parameters = values.parameters.data();
    Index const out = Analogue::shape.channels(), inputs = Layer::template weight<In>.count() / out;
    FoldedSynapses folded(inputs, out, parameters + weight_, Layer::has_bias ? parameters + bias_ : nullptr);
    if constexpr (!std::is_void_v<NormNode>) folded.fold(affine_of(norm_, values));
    if constexpr (std::is_same_v<Precision, Int8>) {
      QuantisedSynapses const quantised(folded);
      if constexpr (spiking) {
        check_sums<typename In::Kind>();
        freeze_synapses(exec, synapses_,
                        SynapseValues<Int8>{quantised.weight.data(), quantised.scale.data(), folded.bias.data()});
      } else {
        folded.weight = quantised.values();
        freeze_synapses(exec, synapses_, SynapseValues<Float32>{folded.weight.data(), folded.bias.data()});
      }
    } else {
      freeze_synapses(exec, synapses_, SynapseValues<Float32>{folded.weight.data(), folded.bias.data()});
    }
    if constexpr (with_neurons) neurons_.freeze(exec, values);
  }

  FlowingOf<Output> forward(InferencePass<Backend>& pass, FlowingOf<In> x) {
    if constexpr (with_neurons) {
      using Neuron = typename Neurons::Neuron;
      auto const s = neurons_.output(pass);
      if constexpr (spiking) {
        if (!x.repeated) {
          Activation<Analog, float> const never_stored{nullptr, 0, Analogue::shape.channels()};
          synapses_neuron_forward<Neuron>(pass.exec, synapses_, x.view,
                                          neurons_.call(pass, never_stored, false, NoNormalisation{}), s,
                                          pass.workspace);
          return {s, false};
        }
      }
      auto const y = analogue(pass, x);
      neuron_forward<Neuron>(pass.exec, neurons_.call(pass, y, x.repeated, NoNormalisation{}), s);
      return {s, false};
    } else {
      return {analogue(pass, x), x.repeated};
    }
  }

 private:
  Activation<Analog, float> analogue(InferencePass<Backend>& pass, FlowingOf<In> x) {
    auto const y = first_pixels(y_, pass.frames(x.repeated) * Analogue::shape.pixels());
    if (pass.computes(x.repeated)) synapses_forward(pass.exec, synapses_, x.view, y.data, pass.workspace);
    return y;
  }

  template <class Kind>
  static void check_sums() {
    Index constexpr count = std::is_same_v<Kind, Spike> ? 1 : counts_up_to<Kind>();
    Index constexpr inputs = Layer::template weight<In>.fan_in;
    static_assert(inputs * count * QuantisedSynapses::largest <= std::numeric_limits<std::int32_t>::max(),
                  "tet::Inference: with tet::Int8 the sum of a neuron's inputs could leave 32 bits; use tet::Float32 "
                  "for so many inputs");
  }
  template <class Kind>
  static constexpr Index counts_up_to() {
    if constexpr (is_graded<Kind>) return Kind::max;
    else return 1;
  }

  struct NoNorm {};
  template <class Norm>
  struct Places {
    using type = BatchNormPlaces<Norm, Analogue>;
  };
  using Norm =
      typename std::conditional_t<std::is_void_v<NormNode>, std::type_identity<NoNorm>, Places<NormNode>>::type;

  Index weight_ = 0, bias_ = 0;
  FrozenSynapses<typename In::Kind, Kept> synapses_{};
  [[no_unique_address]] Norm norm_;
  [[no_unique_address]] Neurons neurons_;
  Activation<Analog, float> y_;
};

}  // namespace tet::detail
