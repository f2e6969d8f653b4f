// SPDX-License-Identifier: MIT
#pragma once

#include <tet/backend/cpu/conv/activity.hpp>
#include <tet/backend/cpu/conv/bias_gradient.hpp>
#include <tet/backend/cpu/conv/dense_direct.hpp>
#include <tet/backend/cpu/conv/dense_weight_gradient.hpp>
#include <tet/backend/cpu/conv/plain.hpp>
#include <tet/backend/cpu/conv/short_rows.hpp>
#include <tet/backend/cpu/conv/spike_forward.hpp>
#include <tet/backend/cpu/conv/spike_weight_gradient.hpp>
#include <tet/backend/cpu/conv/winograd.hpp>
#include <tet/backend/cpu/conv/winograd_weight_gradient.hpp>
#include <tet/backend/cpu/cpu.hpp>
#include <tet/core/activation.hpp>
#include <tet/core/arena.hpp>
#include <tet/core/convolution.hpp>
#include <tet/core/workspace.hpp>

namespace tet {

namespace conv {

/// Edge of the patches of Winograd's kernel, see its best_edge; 0 where another algorithm is used.
template <class Kernel = Winograd, class... Weights>
Index winograd_edge(ConvGeometry const& g, Correlation const& c, Weights... weights) {
  return g.exactness != Exactness::direct ? Kernel::best_edge(c, weights...) : 0;
}

/// Share of active inputs up to which the spike-driven passes are the faster ones (measured on Zen 5, for AVX-512 and
/// for AVX2: 128x128@32, 64x128@48, 128x256@16, 256x512@12).
template <class Kind>
struct SpikeDrivenLimit {
  static constexpr bool wide = native_width<float> > 8, spikes = std::is_same_v<Kind, Spike>;
  static constexpr double over_winograd = spikes ? (wide ? 0.195 : 0.22) : (wide ? 0.165 : 0.185);
  static constexpr double short_over_winograd = spikes ? 0.4 : 0.37;
  static constexpr double over_winograd_weight_gradient = spikes ? (wide ? 0.32 : 0.28) : (wide ? 0.3 : 0.245);
  static constexpr double over_direct = std::is_same_v<Kind, Spike> ? 0.65 : 0.5;

  template <class Rows>
  static double forward(ConvGeometry const& g) {
    return forward<Rows>(g, winograd_edge(g, Correlation::forward(g)));
  }
  template <class Rows>
  static double forward(ConvGeometry const& g, Index edge) {
    if (std::is_same_v<Rows, ShortRows>) return limit(g, edge, short_over_winograd, 0.9);
    return limit(g, edge, over_winograd);
  }

  /// With a stride the lists of each residue class feed fewer taps, so that building them weighs more.
  static double weight_gradient(ConvGeometry const& g) {
    if (!SpikeWeightGradient::applies(g)) return -1.0;
    if (g.stride != 1) return 0.5;
    return limit(g, winograd_edge<WinogradWeightGradient>(g, Correlation::forward(g)), over_winograd_weight_gradient);
  }

 private:
  /// `winograd` is for 4x4 patches that cover the image just so.
  static double limit(ConvGeometry const& g, Index edge, double winograd, double direct = over_direct) {
    if (edge == 0) return direct;
    constexpr double exact = WinogradPatches::planes_of(4) / 16.0;
    return std::min(direct, winograd * WinogradPatches::products(Correlation::forward(g), edge) / exact);
  }
};

inline double density(Activity const& active, ConvGeometry const& g) {
  return double(active.count) / double(g.images * g.in_pixels() * g.in_channels);
}

inline void plan_dense(Arena& arena, ConvGeometry const& g, Correlation const& c, Index slots) {
  if (Index const edge = winograd_edge(g, c); edge != 0) Winograd::plan(arena, c, edge, {.slots = slots});
  else DenseDirect::plan(arena, arena, c, slots);
}

inline void plan_dense_weight_gradient(Arena& arena, ConvGeometry const& g, Index slots) {
  auto const c = Correlation::forward(g);
  if (Index const edge = winograd_edge<WinogradWeightGradient>(g, c); edge != 0)
    WinogradWeightGradient::plan(arena, c, edge, slots);
  else DenseWeightGradient::plan(arena, g, slots);
}

template <class Loops, class Kind>
void run_dense_weight_gradient(BasicCpu<Loops>& exec, Arena arena, ConvGeometry const& g, Activation<Kind, float> x,
                               float const* dy, float* dweight) {
  auto const c = Correlation::forward(g);
  if (Index const edge = winograd_edge<WinogradWeightGradient>(g, c); edge != 0)
    WinogradWeightGradient::plan(arena, c, edge, exec.slots()).run(exec, x, dy, dweight);
  else DenseWeightGradient::plan(arena, g, exec.slots()).run(exec, x, dy, dweight);
}

template <class Loops, class Kind>
void run_dense(BasicCpu<Loops>& exec, Arena arena, ConvGeometry const& g, Correlation const& c,
               Activation<Kind, float> x, float const* weight, float const* bias, float* y) {
  if (Index const edge = winograd_edge(g, c); edge != 0) {
    auto const kernel = Winograd::plan(arena, c, edge, {.slots = exec.slots()});
    kernel.run(exec, weight, bias, x, StoreRows::once(y, c.images * c.out_height * c.out_width, c.out_channels));
  } else {
    auto const kernel = DenseDirect::plan(arena, arena, c, exec.slots());
    kernel.pack(exec, weight, bias);
    kernel.run(exec, x, y);
  }
}

/// False where input is too busy, or weights do not fit the rows.
template <class Rows, class Loops, class Kind>
bool run_spike_driven(BasicCpu<Loops>& exec, Arena arena, ConvGeometry const& g, Activity const& active,
                      Activation<Kind, float> x, float const* weight, float const* bias, float* y) {
  if (density(active, g) > SpikeDrivenLimit<Kind>::template forward<Rows>(g)) return false;
  Tasks const tasks{.timesteps = active.parent != nullptr ? g.timesteps : 1, .slots = exec.slots()};
  auto const kernel = SpikeForward<Rows>::template plan<Kind>(arena, arena, g, tasks);
  if (!kernel.template pack<Kind>(exec, weight, bias)) return false;
  kernel.run(exec, active, x, StoreRows::all(y, tasks.timesteps, g.images * g.out_pixels(), g.out_channels));
  return true;
}

}  // namespace conv

/// Bytes of workspace that the largest of the three passes may use with the given number of slots; a function of sizes
/// only.
template <class Kind, class Scalar>
Index conv_workspace(ConvGeometry const& g, Index slots) {
  Index bytes = conv::bias_gradient_workspace<Scalar>(g);
  if constexpr (std::is_same_v<Scalar, float>) {
    for (Index a = 0; a < g.stride; ++a)
      for (Index b = 0; b < g.stride; ++b) {
        Arena arena;
        conv::plan_dense(arena, g, conv::Correlation::input_gradient(g, a, b), slots);
        bytes = std::max(bytes, arena.peak());
      }
    Arena arena;
    if constexpr (!std::is_same_v<Kind, Analog>) {
      conv::ActivityScratch<Kind>::plan(arena, g);
      Index const mark = arena.mark();
      bool constexpr spikes = std::is_same_v<Kind, Spike>;
      for (Index common = 0; common <= Index(spikes && g.timesteps > 1); ++common) {
        conv::Tasks const tasks{.timesteps = common ? g.timesteps : 1, .slots = slots};
        conv::SpikeForward<>::plan<Kind>(arena, arena, g, tasks);
        arena.move_to(mark);
        conv::SpikeForward<conv::ShortRows>::plan<Kind>(arena, arena, g, tasks);
        arena.move_to(mark);
        conv::TapGroup::for_each(g, [&](conv::TapGroup const& taps) {
          conv::SpikeWeightGradient::plan<Kind>(arena, g, common, taps, slots);
          arena.move_to(mark);
        });
      }
    }
    Index const mark = arena.mark();
    conv::plan_dense(arena, g, conv::Correlation::forward(g), slots);
    arena.move_to(mark);
    conv::plan_dense_weight_gradient(arena, g, slots);
    bytes = std::max(bytes, arena.peak());
  }
  return bytes;
}

/// y = x * weight + bias, see ConvGeometry; bias may be nullptr.
template <class Loops, class Kind, class Scalar>
void conv_forward(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x, Scalar const* weight,
                  Scalar const* bias, Scalar* y, [[maybe_unused]] Workspace w) {
  if constexpr (std::is_same_v<Scalar, float>) {
    Arena arena(w.data, w.bytes);
    if constexpr (!std::is_same_v<Kind, Analog>) {
      auto const scratch = conv::ActivityScratch<Kind>::plan(arena, g);
      auto const active = conv::activity(exec, x, scratch);
      if constexpr (conv::ShortRows::pay)
        if (conv::ShortRows::applies<Kind>(g) &&
            conv::run_spike_driven<conv::ShortRows>(exec, arena, g, active, x, weight, bias, y))
          return;
      if (conv::run_spike_driven<conv::FloatRows>(exec, arena, g, active, x, weight, bias, y)) return;
    }
    conv::run_dense(exec, arena, g, conv::Correlation::forward(g), x, weight, bias, y);
  } else {
    conv::plain_forward(exec, g, x, weight, bias, y);
  }
}

/// Overwrites dweight, and dbias where it is not nullptr.
template <class Loops, class Kind, class Scalar>
void conv_weight_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Activation<Kind, Scalar> x, Scalar const* dy,
                          Scalar* dweight, Scalar* dbias, Workspace w) {
  if (dbias != nullptr) conv::bias_gradient(exec, g, dy, dbias, reinterpret_cast<Scalar*>(w.data));
  if constexpr (std::is_same_v<Scalar, float>) {
    Arena arena(w.data, w.bytes);
    if constexpr (!std::is_same_v<Kind, Analog>) {
      auto const active = conv::activity(exec, x, conv::ActivityScratch<Kind>::plan(arena, g));
      if (conv::density(active, g) <= conv::SpikeDrivenLimit<Kind>::weight_gradient(g)) {
        Index const mark = arena.mark();
        conv::TapGroup::for_each(g, [&](conv::TapGroup const& taps) {
          conv::SpikeWeightGradient::plan<Kind>(arena, g, active.common, taps, exec.slots())
              .run(exec, active, x, dy, dweight);
          arena.move_to(mark);
        });
        return;
      }
    }
    conv::run_dense_weight_gradient(exec, arena, g, x, dy, dweight);
  } else {
    conv::plain_weight_gradient(exec, g, x, dy, dweight);
  }
}

/// Overwrites dx.
template <class Loops, class Scalar>
void conv_input_gradient(BasicCpu<Loops>& exec, ConvGeometry const& g, Scalar const* weight, Scalar const* dy,
                         Scalar* dx, [[maybe_unused]] Workspace w) {
  if constexpr (std::is_same_v<Scalar, float>) {
    // The view is only read; activations carry a mutable pointer.
    Activation<Analog, float> const source{const_cast<float*>(dy), g.images * g.out_pixels(), g.out_channels};
    for (Index a = 0; a < g.stride; ++a)
      for (Index b = 0; b < g.stride; ++b) {
        auto const c = conv::Correlation::input_gradient(g, a, b);
        conv::run_dense(exec, Arena(w.data, w.bytes), g, c, source, weight, static_cast<float const*>(nullptr), dx);
      }
  } else {
    conv::plain_input_gradient(exec, g, weight, dy, dx);
  }
}

}  // namespace tet
