// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/config.hpp>
#include <tet/core/batch_norm.hpp>
#include <tet/core/gradient.hpp>
#include <tet/core/neuron_call.hpp>
#include <tet/layer/batch_norm.hpp>

#include <string>
#include <vector>

namespace golden {

/// A neuron that hands its input on, so that the kernel in which BatchNorm is fused with a neuron shows BatchNorm
/// alone.
struct PassOn {
  static constexpr char const* name = "PassOn";
  struct Fire {
    template <class V>
    TET_HD static constexpr V value(V v) {
      return v;
    }
  };
  template <class V>
  struct State {
    V unused;
  };
  template <class V>
  struct Parameters {};
  template <class V>
  struct Step {
    V s;
    State<V> next;
  };
  template <class V>
  struct Gradient {
    V x;
    State<V> state;
    Parameters<V> parameters;
  };
  template <class V, class F = Fire>
  TET_HD static constexpr Step<V> step(State<V> state, Parameters<V>, V x) {
    return {F::template value<V>(x), state};
  }
  template <class V>
  TET_HD static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V>, V ds, State<V> dnext) {
    return {ds, dnext, {}};
  }
};

/// BatchNorm in training and inference, alone and in the neuron's pass.
template <class Backend, class Scalar>
class BnRun {
 public:
  BnRun()
      : want_(file_["x"]),
        channels_(want_.extent(2)),
        pixels_(want_.size() / channels_),
        x_(put_signal<tet::Analog>(lab_, to_channels_last(want_), channels_)),
        gamma_(put("gamma")),
        beta_(put("beta")),
        gy_(lab_.put(to_channels_last(file_["gy"]))),
        scratch_(lab_.workspace(batch_norm_workspace(lab_.exec, pixels_, channels_))) {}

  void check() {
    training();
    both_ways("_eval", put("running_mean0"), put("running_var0"), 0);
    file_.report();
    CHECK(unchecked(file_).empty());
  }

 private:
  static constexpr tet::BatchNormOptions options{};

  void training() {
    Scalar *const mean = per_channel(), *const variance = per_channel();
    batch_norm_moments(lab_.exec, x_, mean, variance, scratch_);
    close_channels("mean", mean);
    close_channels("var", variance);
    Scalar *const running_mean = put("running_mean0"), *const running_variance = put("running_var0");
    batch_norm_track(lab_.exec,
                     tet::BatchNormMoments<Scalar>{channels_, mean, variance, running_mean, running_variance},
                     options.momentum, pixels_);
    close_channels("running_mean1", running_mean);
    close_channels("running_var1", running_variance);
    both_ways("", mean, variance, pixels_);
  }

  /// Output and gradients with the given statistics, `n` as batch_norm_finish takes it.
  void both_ways(std::string const& suffix, Scalar const* mean, Scalar const* variance, Index n) {
    Scalar *const inverse = per_channel(), *const scale = per_channel();
    batch_norm_scale(lab_.exec, channels_, variance, gamma_, options.epsilon, inverse, scale);

    auto const y = lab_.template room<tet::Analog, Scalar>(pixels_, channels_);
    batch_norm_forward(lab_.exec, x_, mean, scale, beta_, y);
    close_values("y" + suffix, y.data);
    Sums const sums = this->sums();
    batch_norm_sums(lab_.exec, x_, mean, gy_, sums.dy, sums.centred, scratch_);
    auto const gradient = finish(suffix, scale, inverse, sums, n);
    Scalar* const dx = lab_.template room<Scalar>(pixels_ * channels_);
    batch_norm_input_gradient(lab_.exec, x_, mean, gradient, gy_, dx);
    close_values("gx" + suffix, dx);

    fused(suffix, mean, inverse, scale, n);
  }

  void fused(std::string const& suffix, Scalar const* mean, Scalar const* inverse, Scalar const* scale, Index n) {
    using Normalise = tet::Normalisation<Scalar>;
    Index const timesteps = want_.extent(0), pixels = pixels_ / timesteps;
    tet::NeuronCall<tet::Analog, Normalise, Scalar> call{.x = x_, .timesteps = timesteps, .pixels = pixels};
    call.normalise = {mean, scale, beta_};
    auto const y = lab_.template room<tet::Analog, Scalar>(pixels_, channels_);
    neuron_forward<PassOn>(lab_.exec, call, y);
    close_values("y" + suffix, y.data);

    Sums const sums = this->sums();
    tet::NeuronGradients<Scalar> gradients;
    gradients.shift = sums.dy;
    gradients.centred = sums.centred;
    auto const scratch =
        lab_.workspace(neuron_workspace<PassOn, Normalise, Scalar>(lab_.exec, timesteps, pixels, channels_));
    tet::GradientView<Scalar> const dy{gy_};
    neuron_backward<PassOn>(lab_.exec, call, dy, nullptr, gradients, scratch);
    auto const gradient = finish(suffix, scale, inverse, sums, n);
    Scalar* const dx = lab_.template room<Scalar>(pixels_ * channels_);
    neuron_input_gradient<PassOn>(lab_.exec, call, dy, gradient, nullptr, dx, scratch);
    close_values("gx" + suffix, dx);
  }

  struct Sums {
    Scalar *dy, *centred;
  };
  Sums sums() { return {per_channel(), per_channel()}; }

  tet::BatchNormGradient<Scalar> finish(std::string const& suffix, Scalar const* scale, Scalar const* inverse,
                                        Sums const& sums, Index n) {
    Scalar *const dgamma = per_channel(), *const dbeta = per_channel(), *const mean_dy = per_channel(),
                  *const slope = per_channel();
    batch_norm_finish(lab_.exec, channels_, n, inverse, static_cast<Scalar const*>(sums.dy),
                      static_cast<Scalar const*>(sums.centred), dgamma, dbeta, mean_dy, slope);
    close_channels("ggamma" + suffix, dgamma);
    close_channels("gbeta" + suffix, dbeta);
    return {scale, mean_dy, slope};
  }

  Scalar* per_channel() { return lab_.template room<Scalar>(channels_); }
  Scalar* put(std::string const& array) { return lab_.put(file_[array].values); }
  void close_channels(std::string const& array, Scalar const* got) {
    file_.close(array, fetch<Backend>(got, channels_));
  }
  void close_values(std::string const& array, Scalar const* got) {
    file_.close(array, to_channels_first(fetch<Backend>(got, pixels_ * channels_), want_.shape));
  }

  Topic<Scalar> file_{"bn"};
  Lab<Backend> lab_;
  Array<Scalar> want_;
  Index channels_, pixels_;
  tet::Activation<tet::Analog, Scalar> x_;
  Scalar const *gamma_, *beta_, *gy_;
  tet::Workspace scratch_;
};

}  // namespace golden
