// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/backend/cpu/synapses.hpp>
#include <tet/core/random.hpp>

#include <doctest/doctest.h>

#include <limits>
#include <numeric>
#include <utility>
#include <vector>

// Algorithms round differently, so the bits of a result tell which one made it.

namespace {

using namespace tet;

/// Activation with exactly so many active inputs.
template <class Kind>
struct Input {
  using View = Activation<Kind, float>;
  std::vector<typename View::Element> data;
  Index pixels, channels;

  Input(ConvGeometry const& g, Index active)
      : data(std::size_t(g.images * g.in_pixels() * View::elements_per_pixel(g.in_channels))),
        pixels(g.images * g.in_pixels()),
        channels(g.in_channels) {
    std::vector<Index> order(std::size_t(pixels * channels));
    std::iota(order.begin(), order.end(), Index(0));
    Random const random(Seed{71}, 0);
    for (std::size_t k = order.size(); k > 1; --k) std::swap(order[k - 1], order[std::size_t(random.below(k, k))]);
    for (Index k = 0; k < active; ++k) {
      Index const p = order[std::size_t(k)] / channels, c = order[std::size_t(k)] % channels;
      if constexpr (std::is_same_v<Kind, Spike>) view().pixel(p)[c / 64] |= 1ull << (c % 64);
      else if constexpr (std::is_same_v<Kind, Analog>) view().pixel(p)[c] = float(random.uniform(std::uint64_t(k)));
      else view().pixel(p)[c] = std::uint8_t(1 + k % Kind::max);
    }
  }
  View view() { return {data.data(), pixels, channels}; }
};

using Floats = std::vector<float>;

/// One convolution: what its passes give, and what each algorithm gives.
template <class Kind>
struct Case {
  ConvGeometry g;
  Input<Kind> x;
  Cpu cpu{1};
  Floats weight = test::random_values<float>({72}, 0, std::size_t(g.weights()), -1, 1);
  Floats dy = test::random_values<float>({72}, 1, std::size_t(g.images* g.out_pixels() * g.out_channels), -1, 1);
  std::vector<std::byte> scratch = std::vector<std::byte>(std::size_t(conv_workspace<Kind, float>(g, 1)) + 64);

  Case(ConvGeometry const& geometry, Index active) : g(geometry), x(g, active) {}

  Workspace workspace() {
    auto const address = reinterpret_cast<std::uintptr_t>(scratch.data());
    return {scratch.data() + 64 - address % 64, Index(scratch.size()) - 64};
  }
  Arena arena() { return {workspace().data, workspace().bytes}; }

  template <class Of>
  void run_dense(ConvAlgorithm algorithm, Arena& memory, conv::Correlation const& c, Activation<Of, float> from,
                 float* to) {
    if (algorithm == ConvAlgorithm::winograd) {
      auto const kernel = conv::Winograd::plan(memory, memory, c, conv::Winograd::best_edge(c), {});
      kernel.pack(cpu, weight.data(), nullptr);
      kernel.run(cpu, from, conv::StoreRows{to, c.images * c.out_height * c.out_width, c.out_channels});
    } else {
      auto const kernel = conv::DenseDirect::plan(memory, memory, c, 1);
      kernel.pack(cpu, weight.data(), nullptr);
      kernel.run(cpu, from, to);
    }
  }

  template <class Rows>
  void spike_driven(Arena& memory, float* y) {
    auto const active = conv::activity(cpu, x.view(), conv::ActivityScratch<Kind>::plan(memory, g));
    conv::Tasks const tasks{.timesteps = active.parent != nullptr ? g.timesteps : 1};
    auto const kernel = conv::SpikeForward<Rows>::template plan<Kind>(memory, memory, g, tasks);
    REQUIRE(kernel.template pack<Kind>(cpu, weight.data(), nullptr));
    kernel.run(cpu, active, x.view(), conv::StoreRows{y, g.images * g.out_pixels() / tasks.timesteps, g.out_channels});
  }

  Floats forward() {
    Floats y(dy.size());
    conv_forward(cpu, g, x.view(), weight.data(), static_cast<float const*>(nullptr), y.data(), workspace());
    return y;
  }
  Floats forward(ConvAlgorithm algorithm) {
    Floats y(dy.size());
    Arena memory = arena();
    auto const c = conv::Correlation::forward(g);
    if constexpr (!std::is_same_v<Kind, Analog>)
      if (algorithm == ConvAlgorithm::spikes) {
        if (conv::ShortRows::applies<Kind>(g)) spike_driven<conv::ShortRows>(memory, y.data());
        else spike_driven<conv::FloatRows>(memory, y.data());
        return y;
      }
    run_dense(algorithm, memory, c, x.view(), y.data());
    return y;
  }

  Floats weight_gradient() {
    Floats dweight(weight.size());
    conv_weight_gradient(cpu, g, x.view(), dy.data(), dweight.data(), static_cast<float*>(nullptr), workspace());
    return dweight;
  }
  Floats dense_weight_gradient(ConvAlgorithm algorithm) {
    Floats dweight(weight.size());
    Arena memory = arena();
    auto const c = conv::Correlation::forward(g);
    if (algorithm == ConvAlgorithm::winograd)
      conv::WinogradWeightGradient::plan(memory, c, conv::WinogradWeightGradient::best_edge(c), 1)
          .run(cpu, x.view(), dy.data(), dweight.data());
    else conv::DenseWeightGradient::plan(memory, g, 1).run(cpu, x.view(), dy.data(), dweight.data());
    return dweight;
  }

  Floats input_gradient() {
    Floats dx(std::size_t(g.images * g.in_pixels() * g.in_channels));
    conv_input_gradient(cpu, g, weight.data(), dy.data(), dx.data(), workspace());
    return dx;
  }
  Floats input_gradient(ConvAlgorithm algorithm) {
    Floats dx(std::size_t(g.images * g.in_pixels() * g.in_channels));
    Activation<Analog, float> const source{dy.data(), g.images * g.out_pixels(), g.out_channels};
    for (Index a = 0; a < g.stride; ++a)
      for (Index b = 0; b < g.stride; ++b) {
        Arena memory = arena();
        auto const c = conv::Correlation::input_gradient(g, a, b);
        run_dense(algorithm, memory, c, source, dx.data());
      }
    return dx;
  }
};

/// On both sides of each limit, the passes do what conv_choice says.
template <class Kind>
void check(ConvGeometry const& g) {
  CAPTURE(Kind::name);
  CAPTURE(g.stride);
  CAPTURE(int(g.exactness));
  ConvChoice const choice = conv_choice<Kind, float>(g);
  double const inputs = double(g.images * g.in_pixels() * g.in_channels);
  for (Index const above : {0, 1}) {
    CAPTURE(above);
    auto const active = [&](ConvRule const& rule) {
      return Index((rule.spikes_up_to < 0 ? 0.3 : rule.spikes_up_to) * inputs) + above;
    };
    Case<Kind> forward(g, active(choice.forward));
    ConvAlgorithm const expected = choice.forward.at(double(active(choice.forward)) / inputs);
    CHECK((expected == ConvAlgorithm::spikes) == (above == 0 && choice.forward.spikes_up_to >= 0));
    CHECK(forward.forward() == forward.forward(expected));
    if (expected != choice.forward.dense) CHECK(forward.forward(expected) != forward.forward(choice.forward.dense));

    Case<Kind> gradient(g, active(choice.weight_gradient));
    double const density = double(active(choice.weight_gradient)) / inputs;
    bool const dense = choice.weight_gradient.at(density) == choice.weight_gradient.dense;
    CHECK((gradient.weight_gradient() == gradient.dense_weight_gradient(choice.weight_gradient.dense)) == dense);
  }
  Case<Kind> any(g, Index(inputs / 2));
  CHECK(any.input_gradient() == any.input_gradient(choice.input_gradient));
}

constexpr ConvGeometry geometry(Index stride, Exactness exactness, Index channels = 24) {
  return {4, 16, 16, channels, 32, 3, stride, 1, exactness};
}

}  // namespace

TEST_CASE("conv_choice: it names the algorithms that the passes use on both sides of their limits [backend]") {
  for (Exactness const exactness : {Exactness::rounded, Exactness::winograd, Exactness::direct})
    for (Index const stride : {1, 2}) {
      check<Spike>(geometry(stride, exactness));
      check<Graded<4, 4>>(geometry(stride, exactness));
      check<Analog>(geometry(stride, exactness));
    }
}

TEST_CASE("conv_choice: spikes that timesteps share count once [backend]") {
  using enum ConvAlgorithm;
  ConvGeometry g = geometry(1, Exactness::winograd);
  double const inputs = double(g.images * g.in_pixels() * g.in_channels);
  Case<Spike> whole(g, Index(0.6 * inputs));
  g.timesteps = g.images;
  Case<Spike> shared(g, Index(0.6 * inputs));
  for (auto* bits : {&whole.x.data, &shared.x.data}) {  // the first image at all timesteps
    std::size_t const image = bits->size() / std::size_t(g.images);
    for (std::size_t k = image; k < bits->size(); ++k) (*bits)[k] = (*bits)[k - image];
  }
  double const active = count_added(whole.cpu, whole.g, whole.x.view()),
               added = count_added(shared.cpu, shared.g, shared.x.view());
  CHECK(active == count_active(whole.cpu, whole.x.view()));
  CHECK(added == active / double(g.images));
  ConvChoice const choice = conv_choice<Spike, float>(shared.g);
  CHECK(choice == conv_choice<Spike, float>(whole.g));
  CHECK(choice.forward.at(active / inputs) == winograd);
  CHECK(choice.forward.at(added / inputs) == spikes);
  CHECK(whole.forward() == whole.forward(winograd));
  CHECK(shared.forward() == shared.forward(spikes));
  CHECK(whole.forward() != shared.forward());
  CHECK(whole.weight_gradient() == whole.dense_weight_gradient(winograd));
  CHECK(shared.weight_gradient() != shared.dense_weight_gradient(winograd));
}

TEST_CASE("conv_choice: Winograd where it applies and is allowed, else direct; plain loops in double [backend]") {
  using enum ConvAlgorithm;
  ConvChoice const fast = conv_choice<Spike, float>(geometry(1, Exactness::winograd)),
                   exact = conv_choice<Spike, float>(geometry(1, Exactness::direct)),
                   strided = conv_choice<Spike, float>(geometry(2, Exactness::winograd)),
                   thin = conv_choice<Analog, float>(geometry(1, Exactness::winograd, 2));
  CHECK(fast.forward.dense == winograd);
  CHECK(fast.input_gradient == winograd);
  CHECK(exact.forward.dense == direct);
  CHECK(exact.input_gradient == direct);
  CHECK(exact.forward.spikes_up_to > fast.forward.spikes_up_to);
  CHECK(strided.forward.dense == direct);
  CHECK(strided.input_gradient == direct);
  CHECK(thin == ConvChoice{{direct}, {direct}, direct});
  CHECK(conv_choice<Spike, double>(geometry(1, Exactness::winograd)) == ConvChoice{{plain}, {plain}, plain});
  ConvChoice const rounded = conv_choice<Spike, float>(geometry(1, Exactness::rounded));
  CHECK(rounded.forward.dense == winograd);
  CHECK((rounded.forward.spikes_up_to > fast.forward.spikes_up_to) == conv::ShortRows::pay);
  CHECK(rounded.weight_gradient.spikes_up_to == fast.weight_gradient.spikes_up_to);
  CHECK(rounded.input_gradient == winograd);
}

TEST_CASE("synapse_choice: a Linear layer multiplies matrices where its input is analog [backend]") {
  using enum ConvAlgorithm;
  ConvGeometry const g{.images = 8, .height = 1, .width = 1, .in_channels = 40, .out_channels = 10};
  Cpu const cpu(1);
  CHECK(synapse_choice<Analog, float>(cpu, g) == ConvChoice{{product}, {product}, product});
  CHECK(synapse_choice<Analog, double>(cpu, g) == ConvChoice{{product}, {product}, product});
  ConvChoice const spiking = conv_choice<Spike, float>(g);
  CHECK(synapse_choice<Spike, float>(cpu, g) == ConvChoice{spiking.forward, spiking.weight_gradient, product});
}
