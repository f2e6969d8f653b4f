// SPDX-License-Identifier: MIT
#pragma once

#include <tests/support/reference.hpp>
#include <tet/backend/cpu/neuron.hpp>
#include <tet/core/storage.hpp>

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace tet::test {

/// Sizes of a layer of neurons: around the width of packs, of words and of tasks.
struct LayerSize {
  Index timesteps, pixels, channels;
};

/// What a layer of neurons is run on.
struct LayerCase {
  LayerSize size;
  bool repeated;
  Seed seed;
};

/// Values of one kind with the view that kernels read. Multiples of 1/4: most sums of the tests are exact.
template <class Kind, class Scalar>
struct Signals {
  using View = Activation<Kind, Scalar>;
  std::vector<typename View::Element> data;
  View view;

  Signals(Seed seed, std::uint64_t stream, Index pixels, Index channels)
      : data(std::size_t(pixels * View::elements_per_pixel(channels))), view{data.data(), pixels, channels} {
    Random const random(seed, stream);
    for (Index p = 0; p < pixels; ++p)
      for (Index c = 0; c < channels; ++c) {
        auto const i = std::uint64_t(p * channels + c);
        if constexpr (std::is_same_v<Kind, Spike>) view.pixel(p)[c / 64] |= random.below(i, 2) << (c % 64);
        else if constexpr (is_graded<Kind>) view.pixel(p)[c] = std::uint8_t(random.below(i, Kind::max + 1));
        else view.pixel(p)[c] = Scalar(double(random.below(i, 13)) / 4 - 1);
      }
  }
  Signals(Signals const&) = delete;
};

/// A layer of neurons as plain loops over step and backward, in the arithmetic of its Scalar.
template <class Neuron, class Kind, class Normalise, class Scalar>
struct ReferenceLayer {
  using State = typename Neuron::template State<Scalar>;
  using Parameters = typename Neuron::template Parameters<Scalar>;
  static constexpr auto const& learnable = neuron_parameters<Neuron>;
  static constexpr std::size_t state_size = std::size_t(neuron_state_size<Neuron>);
  static constexpr bool normalised = !std::is_same_v<Normalise, NoNormalisation>;

  NeuronCall<Kind, Normalise, Scalar> call;
  std::vector<Scalar> s, dx, initial_gradient, final_state;
  std::vector<double> shift, centred;
  std::array<std::vector<double>, learnable.size()> parameters;

  Scalar raw(Index t, Index n, Index c) const { return call.x.value(call.repeated ? n : t * call.pixels + n, c); }
  Scalar input(Index t, Index n, Index c) const {
    if constexpr (normalised)
      return (raw(t, n, c) - call.normalise.mean[c]) * call.normalise.scale[c] + call.normalise.shift[c];
    else return raw(t, n, c);
  }
  State load(Scalar const* from, Index n, Index c) const {
    std::array<Scalar, state_size> values{};
    if (from != nullptr)
      for (std::size_t i = 0; i < state_size; ++i) values[i] = from[(Index(i) * call.pixels + n) * call.x.channels + c];
    return std::bit_cast<State>(values);
  }
  void store(std::vector<Scalar>& to, Index n, Index c, State const& state) const {
    auto const values = std::bit_cast<std::array<Scalar, state_size>>(state);
    for (std::size_t i = 0; i < state_size; ++i)
      to[std::size_t((Index(i) * call.pixels + n) * call.x.channels + c)] = values[i];
  }
  Parameters parameters_of(Index c) const {
    if constexpr (learnable.size() == 0) return Parameters{};
    else {
      std::array<Scalar, learnable.size()> values{};
      for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = call.parameters[i][learnable[i].sharing == Sharing::per_layer ? 0 : c];
      return std::bit_cast<Parameters>(values);
    }
  }

  ReferenceLayer(NeuronCall<Kind, Normalise, Scalar> const& call_, std::vector<Scalar> const& ds, Scalar const* dfinal)
      : call(call_) {
    Index const T = call.timesteps, C = call.x.channels, places = call.pixels * C;
    s.resize(std::size_t(T * places));
    dx.resize(std::size_t(call.repeated ? places : T * places));
    initial_gradient.resize(state_size * std::size_t(places));
    final_state = initial_gradient;
    shift.resize(std::size_t(C));
    centred.resize(std::size_t(C));
    for (std::size_t i = 0; i < learnable.size(); ++i)
      parameters[i].resize(learnable[i].sharing == Sharing::per_layer ? 1 : std::size_t(C));
    std::vector<State> before(static_cast<std::size_t>(T));
    for (Index n = 0; n < call.pixels; ++n)
      for (Index c = 0; c < C; ++c) {
        auto const p = parameters_of(c);
        State state = load(call.initial_state, n, c);
        for (Index t = 0; t < T; ++t) {
          before[std::size_t(t)] = state;
          auto const f = Neuron::template step<Scalar, NeuronFire<Neuron>>(state, p, input(t, n, c));
          s[std::size_t(t * places + n * C + c)] = f.s;
          state = f.next;
        }
        store(final_state, n, c, state);
        State dstate = load(dfinal, n, c);
        for (Index t = T; t-- > 0;) {
          auto const at = std::size_t(t * places + n * C + c);
          auto const f = Neuron::template step<Scalar, NeuronFire<Neuron>>(before[std::size_t(t)], p, input(t, n, c));
          auto const g = Neuron::template backward<Scalar>(before[std::size_t(t)], p, f, ds[at], dstate);
          dstate = g.state;
          dx[call.repeated ? std::size_t(n * C + c) : at] += g.x;
          shift[std::size_t(c)] += double(g.x);
          if constexpr (normalised)
            centred[std::size_t(c)] += double(g.x) * (double(raw(t, n, c)) - double(call.normalise.mean[c]));
          if constexpr (learnable.size() > 0) {
            auto const parts = std::bit_cast<std::array<Scalar, learnable.size()>>(g.parameters);
            for (std::size_t i = 0; i < parts.size(); ++i)
              parameters[i][learnable[i].sharing == Sharing::per_layer ? 0 : std::size_t(c)] += double(parts[i]);
          }
        }
        store(initial_gradient, n, c, dstate);
      }
  }
};

/// Runs neuron_input_gradient, over its own input where that is analog, on any coefficients; `dnormalised` is dL/d
/// normalised input.
template <class Neuron, class Kind, class Scalar>
void check_input_gradient(Cpu& exec, NeuronCall<Kind, Normalisation<Scalar>, Scalar> call,
                          std::vector<Scalar> const& ds, std::vector<Scalar> const& dfinal,
                          std::vector<Scalar> const& dnormalised, Workspace workspace) {
  auto const channels = std::size_t(call.x.channels);
  auto const mean_dy = random_multiples<Scalar>({11}, 1, channels, -0.5, 0.5, 0.25);
  auto const slope = random_multiples<Scalar>({11}, 2, channels, -0.5, 0.5, 0.25);
  std::vector<Scalar> want = dnormalised, got(want.size(), Scalar(-7));
  for (std::size_t i = 0; i < want.size(); ++i) {
    std::size_t const c = i % channels;
    Scalar const centred = call.x.value(Index(i / channels), Index(c)) - call.normalise.mean[c];
    want[i] = call.normalise.scale[c] * (want[i] - mean_dy[c] - centred * slope[c]);
  }
  Scalar* dx = got.data();
  if constexpr (std::is_same_v<Kind, Analog>) {
    std::copy(call.x.data, call.x.data + got.size(), got.begin());
    call.x.data = dx;
  }
  neuron_input_gradient<Neuron>(exec, call, GradientView<Scalar>{ds.data()},
                                BatchNormGradient<Scalar>{call.normalise.scale, mean_dy.data(), slope.data()},
                                dfinal.data(), dx, workspace);
  CHECK(relative_error(got, want) <= tolerance<Scalar>);
}

/// Runs neuron_forward and neuron_backward and the plain loops on the same random layer, and compares everything they
/// give.
template <class Neuron, class Kind, class Normalise, class Scalar>
void check_layer(LayerCase const& l) {
  using Out = std::conditional_t<std::is_same_v<NeuronFire<Neuron>, Heaviside>, Spike, Analog>;
  using View = Activation<Out, Scalar>;
  constexpr auto const& learnable = neuron_parameters<Neuron>;
  auto const [T, pixels, C] = l.size;
  CAPTURE(l.seed.value);
  CAPTURE(T);
  CAPTURE(pixels);
  CAPTURE(C);
  CAPTURE(l.repeated);
  Cpu exec(2);
  Signals<Kind, Scalar> const x(l.seed, 0, (l.repeated ? 1 : T) * pixels, C);
  auto const channels = std::size_t(C), states = std::size_t(neuron_state_size<Neuron> * pixels * C);
  auto const mean = random_multiples<Scalar>(l.seed, 1, channels, -0.5, 0.5, 0.25);
  auto const scale = random_multiples<Scalar>(l.seed, 2, channels, 0.5, 2, 0.5);
  auto const shift = random_multiples<Scalar>(l.seed, 3, channels, -0.5, 0.5, 0.25);
  auto const initial = random_multiples<Scalar>(l.seed, 4, states, -0.5, 1, 0.25);
  auto const dfinal = random_multiples<Scalar>(l.seed, 5, states, -1, 1, 0.25);
  std::vector<Scalar> final_state(states, Scalar(-7)), dinitial(states, Scalar(-7));

  NeuronCall<Kind, Normalise, Scalar> call{.x = x.view, .repeated = l.repeated, .timesteps = T, .pixels = pixels};
  call.initial_state = initial.data();
  call.final_state = final_state.data();
  NeuronGradients<Scalar> gradients;
  std::vector<Scalar> dshift(channels), dcentred(channels);
  if constexpr (!std::is_same_v<Normalise, NoNormalisation>) {
    call.normalise = {mean.data(), scale.data(), shift.data()};
    gradients.shift = dshift.data();
    gradients.centred = dcentred.data();
  }
  std::array<std::vector<Scalar>, learnable.size()> parameters, dparameters;
  for (std::size_t i = 0; i < learnable.size(); ++i) {
    std::size_t const count = learnable[i].sharing == Sharing::per_layer ? 1 : channels;
    parameters[i] = random_multiples<Scalar>(l.seed, 6 + i, count, 0.25, 0.75, 0.25);
    dparameters[i].resize(count);
    call.parameters[i] = parameters[i].data();
    gradients.parameters[i] = dparameters[i].data();
  }
  gradients.final_state = dfinal.data();
  gradients.initial_state = dinitial.data();

  auto const ds = random_multiples<Scalar>(l.seed, 9, std::size_t(T * pixels * C), -1, 1, 0.125);
  ReferenceLayer<Neuron, Kind, Normalise, Scalar> const want(call, ds, dfinal.data());

  // Outputs start as ones: a kernel must write every bit, the unused ones of a word too.
  std::vector<typename View::Element> out(std::size_t(T * pixels * View::elements_per_pixel(C)));
  if constexpr (std::is_same_v<Out, Spike>) std::fill(out.begin(), out.end(), ~0ull);
  else std::fill(out.begin(), out.end(), Scalar(1));
  View const s{out.data(), T * pixels, C};
  neuron_forward<Neuron>(exec, call, s);
  Index different = 0, unused = 0;
  std::vector<Scalar> values;
  for (Index p = 0; p < T * pixels; ++p) {
    for (Index c = 0; c < C; ++c) {
      values.push_back(s.value(p, c));
      different += s.value(p, c) != want.s[std::size_t(p * C + c)];
    }
    if constexpr (std::is_same_v<Out, Spike>)
      for (Index c = C; c < 64 * s.words_per_pixel(); ++c) unused += s.value(p, c) != 0;
  }
  if constexpr (std::is_same_v<Out, Spike>) CHECK(different == 0);
  else CHECK(relative_error(values, want.s) <= tolerance<Scalar>);
  CHECK(unused == 0);
  CHECK(relative_error(final_state, want.final_state) <= tolerance<Scalar>);

  Index const bytes = neuron_workspace<Neuron, Normalise, Scalar>(exec, T, pixels, C);
  Storage<Cpu, std::byte> scratch(bytes);
  Workspace const workspace{scratch.data(), bytes};
  auto d = ds;
  neuron_backward<Neuron>(exec, call, GradientView<Scalar>{d.data()}, d.data(), gradients, workspace);
  d.resize(want.dx.size());
  CHECK(relative_error(d, want.dx) <= tolerance<Scalar>);
  CHECK(relative_error(dinitial, want.initial_gradient) <= tolerance<Scalar>);
  if constexpr (!std::is_same_v<Normalise, NoNormalisation>) {
    CHECK(relative_error(dshift, want.shift) <= tolerance<Scalar>);
    CHECK(relative_error(dcentred, want.centred) <= tolerance<Scalar>);
  }
  for (std::size_t i = 0; i < learnable.size(); ++i)
    CHECK(relative_error(dparameters[i], want.parameters[i]) <= tolerance<Scalar>);
  if constexpr (std::is_same_v<Normalise, Normalisation<Scalar>>)
    check_input_gradient<Neuron>(exec, call, ds, dfinal, want.dx, workspace);
}

/// check_layer at sizes on both sides of every border.
template <class Neuron, class Kind, class Normalise, class Scalar>
void check_layers() {
  Index number = 0;
  for (Index const channels : {1, 7, 8, 9, 15, 16, 17, 63, 64, 65})
    for (Index const timesteps : {1, 2, 5})
      for (Index const pixels : {1, 2, 130}) {
        if (pixels == 130 && channels > 17 && channels != 65) continue;  // the plain loops take their time
        for (bool const repeated : {false, true})
          check_layer<Neuron, Kind, Normalise, Scalar>(
              {{timesteps, pixels, channels}, repeated, {std::uint64_t(100 + number)}});
        ++number;
      }
}

}  // namespace tet::test
