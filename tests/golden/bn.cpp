// SPDX-License-Identifier: MIT
#include "signals.hpp"
#include "topic.hpp"

#include <tet/backend/cpu/batch_norm.hpp>
#include <tet/backend/cpu/neuron.hpp>
#include <tet/layer/batch_norm.hpp>
#include <tet/neuron/lif.hpp>

#include <string>
#include <vector>

namespace {

using golden::Signal;
using tet::Analog;
using tet::Index;

/// A neuron that hands its input on, so that the kernel in which BatchNorm is fused with a neuron shows BatchNorm
/// alone.
struct PassOn {
  static constexpr char const* name = "PassOn";
  struct Fire {
    template <class V>
    static constexpr V value(V v) {
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
  static constexpr Step<V> step(State<V> state, Parameters<V>, V x) {
    return {F::template value<V>(x), state};
  }
  template <class V>
  static constexpr Gradient<V> backward(State<V>, Parameters<V>, Step<V>, V ds, State<V> dnext) {
    return {ds, dnext, {}};
  }
};

template <class Scalar>
class Case {
 public:
  explicit Case(golden::Topic<Scalar>& file)
      : file_(file),
        want_(file["x"]),
        channels_(want_.extent(2)),
        x_(exec_, golden::to_channels_last(want_), channels_),
        pixels_(want_.size() / channels_),
        gamma_(file["gamma"].values),
        beta_(file["beta"].values),
        gy_(golden::to_channels_last(file["gy"])),
        scratch_(tet::batch_norm_workspace(exec_, pixels_, channels_)) {}

  void training() {
    auto mean = per_channel(), variance = per_channel();
    tet::batch_norm_moments(exec_, x_.view(), mean.data(), variance.data(), scratch_.view());
    file_.close("mean", mean);
    file_.close("var", variance);
    auto running_mean = file_["running_mean0"].values, running_variance = file_["running_var0"].values;
    tet::batch_norm_track(exec_,
                          tet::BatchNormMoments<Scalar>{channels_, mean.data(), variance.data(), running_mean.data(),
                                                        running_variance.data()},
                          options.momentum, pixels_);
    file_.close("running_mean1", running_mean);
    file_.close("running_var1", running_variance);
    both_ways("", mean, variance, pixels_);
  }

  void inference() { both_ways("_eval", file_["running_mean0"].values, file_["running_var0"].values, 0); }

 private:
  static constexpr tet::BatchNormOptions options{};

  std::vector<Scalar> per_channel() const { return std::vector<Scalar>(std::size_t(channels_)); }
  std::vector<Scalar> to_torch(std::vector<Scalar> const& values) const {
    return golden::to_channels_first(values, want_.shape);
  }

  /// Output and gradients with the given statistics, `n` as batch_norm_finish takes it.
  void both_ways(std::string const& suffix, std::vector<Scalar> const& mean, std::vector<Scalar> const& variance,
                 Index n) {
    auto inverse = per_channel(), scale = per_channel();
    tet::batch_norm_scale(exec_, channels_, variance.data(), gamma_.data(), options.epsilon, inverse.data(),
                          scale.data());

    Signal<Analog, Scalar> y(pixels_, channels_);
    tet::batch_norm_forward(exec_, x_.view(), mean.data(), scale.data(), beta_.data(), y.view());
    file_.close("y" + suffix, to_torch(y.values()));
    auto sum_dy = per_channel(), sum_centred = per_channel();
    tet::batch_norm_sums(exec_, x_.view(), mean.data(), gy_.data(), sum_dy.data(), sum_centred.data(), scratch_.view());
    auto mean_dy = per_channel(), slope = per_channel(), dx = gy_;
    finish(suffix, inverse, sum_dy, sum_centred, n, mean_dy, slope);
    tet::batch_norm_input_gradient(exec_, x_.view(), mean.data(),
                                   tet::BatchNormGradient<Scalar>{scale.data(), mean_dy.data(), slope.data()},
                                   gy_.data(), dx.data());
    file_.close("gx" + suffix, to_torch(dx));

    fused(suffix, mean, inverse, scale, n);
  }

  void fused(std::string const& suffix, std::vector<Scalar> const& mean, std::vector<Scalar> const& inverse,
             std::vector<Scalar> const& scale, Index n) {
    using Normalise = tet::Normalisation<Scalar>;
    Index const timesteps = want_.extent(0), pixels = pixels_ / timesteps;
    tet::NeuronCall<Analog, Normalise, Scalar> call{.x = x_.view(), .timesteps = timesteps, .pixels = pixels};
    call.normalise = {mean.data(), scale.data(), beta_.data()};
    Signal<Analog, Scalar> y(pixels_, channels_);
    tet::neuron_forward<PassOn>(exec_, call, y.view());
    file_.close("y" + suffix, to_torch(y.values()));

    auto sum_dy = per_channel(), sum_centred = per_channel();
    tet::NeuronGradients<Scalar> gradients;
    gradients.shift = sum_dy.data();
    gradients.centred = sum_centred.data();
    golden::Scratch scratch(tet::neuron_workspace<PassOn, Normalise, Scalar>(exec_, timesteps, pixels, channels_));
    tet::GradientView<Scalar> const dy{gy_.data()};
    tet::neuron_backward<PassOn>(exec_, call, dy, nullptr, gradients, scratch.view());
    auto mean_dy = per_channel(), slope = per_channel(), dx = gy_;
    finish(suffix, inverse, sum_dy, sum_centred, n, mean_dy, slope);
    tet::neuron_input_gradient<PassOn>(exec_, call, dy,
                                       tet::BatchNormGradient<Scalar>{scale.data(), mean_dy.data(), slope.data()},
                                       nullptr, dx.data(), scratch.view());
    file_.close("gx" + suffix, to_torch(dx));
  }

  void finish(std::string const& suffix, std::vector<Scalar> const& inverse, std::vector<Scalar> const& sum_dy,
              std::vector<Scalar> const& sum_centred, Index n, std::vector<Scalar>& mean_dy,
              std::vector<Scalar>& slope) {
    auto dgamma = per_channel(), dbeta = per_channel();
    tet::batch_norm_finish(exec_, channels_, n, inverse.data(), sum_dy.data(), sum_centred.data(), dgamma.data(),
                           dbeta.data(), mean_dy.data(), slope.data());
    file_.close("ggamma" + suffix, dgamma);
    file_.close("gbeta" + suffix, dbeta);
  }

  golden::Topic<Scalar>& file_;
  tet::Cpu exec_;
  golden::Array<Scalar> want_;
  Index channels_;
  Signal<Analog, Scalar> x_;
  Index pixels_;
  std::vector<Scalar> gamma_, beta_, gy_;
  golden::Scratch scratch_;
};

}  // namespace

TEST_CASE_TEMPLATE("golden bn: training and inference, alone and in the neuron's pass [golden]", Scalar, float,
                   double) {
  golden::Topic<Scalar> file("bn");
  Case<Scalar> c(file);
  c.training();
  c.inference();
  file.report();
  CHECK(golden::unchecked(file).empty());
}
