// SPDX-License-Identifier: MIT
#pragma once

#include "signals.hpp"
#include "topic.hpp"

#include <tet/core/convolution.hpp>

#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace golden {

/// One case: its input, and the name of its other arrays up to the last dot, such as c0.real.k3s1p1.
struct ConvCase {
  std::string input, name;
  bool spikes;
  Index kernel, stride, padding;
};

/// Convolutions for analog and spike inputs.
template <class Backend, class Scalar>
class ConvRun {
 public:
  explicit ConvRun(Backend exec = Backend{}) : lab_(std::move(exec)) {
    std::regex const weight(R"((\w+\.(real|spike))\.k(\d+)s(\d+)p(\d+)\.w)");
    for (std::string const& name : file_.names()) {
      std::smatch m;
      if (!std::regex_match(name, m, weight)) continue;
      cases_.push_back({m.str(1), name.substr(0, name.size() - 2), m.str(2) == "spike", Index(std::stoi(m[3])),
                        Index(std::stoi(m[4])), Index(std::stoi(m[5]))});
    }
    CHECK(cases_.size() > 0);
  }

  void check() {
    each_case([&]<class Kind>(ConvCase const& c) {
      compare<Kind>(c, tet::Exactness::direct,
                    [&](std::string const& array, std::vector<Scalar> const& got) { file_.close(array, got); });
    });
    file_.report();
    CHECK(unchecked(file_).empty());
  }

  /// Of what an Exactness allows, to the error that it promises.
  void check(tet::Exactness exactness, double bound) {
    each_case([&]<class Kind>(ConvCase const& c) {
      compare<Kind>(c, exactness, [&](std::string const& array, std::vector<Scalar> const& got) {
        check_close(got, file_[array], bound);
      });
    });
  }

 private:
  /// use.operator()<Kind>(case)
  template <class Use>
  void each_case(Use const& use) {
    for (ConvCase const& c : cases_) {
      CAPTURE(c.name);
      use.template operator()<tet::Analog>(c);
      if (c.spikes) use.template operator()<tet::Spike>(c);
    }
  }

  template <class Kind, class Close>
  void compare(ConvCase const& c, tet::Exactness exactness, Close const& close) {
    auto const x = file_[c.input + ".x"], w = file_[c.name + ".w"], b = file_[c.name + ".b"],
               gy = file_[c.name + ".gy"];
    tet::ConvGeometry const g{.images = x.extent(0),
                              .height = x.extent(2),
                              .width = x.extent(3),
                              .in_channels = x.extent(1),
                              .out_channels = w.extent(0),
                              .kernel = c.kernel,
                              .stride = c.stride,
                              .padding = c.padding,
                              .exactness = exactness};
    REQUIRE(w.shape == Extents{g.out_channels, g.in_channels, g.kernel, g.kernel});
    REQUIRE(gy.shape == Extents{g.images, g.out_channels, g.out_height(), g.out_width()});

    auto const input = put_signal<Kind>(lab_, to_channels_last(x), g.in_channels);
    Scalar const *const weight = lab_.put(conv_from_torch(w)), *const bias = lab_.put(b.values),
                        *const dy = lab_.put(to_channels_last(gy));
    auto const scratch = lab_.workspace(synapse_workspace<Kind, Scalar>(lab_.exec, g));
    auto const room = [&](Array<Scalar> const& like) { return lab_.template room<Scalar>(like.size()); };
    Scalar *const y = room(gy), *const dx = room(x), *const dw = room(w), *const db = room(b);
    synapses_forward(lab_.exec, g, input, weight, bias, y, scratch);
    synapses_input_gradient(lab_.exec, g, weight, dy, dx, scratch);
    synapses_weight_gradient(lab_.exec, g, input, dy, dw, db, scratch);
    close(c.name + ".y", to_channels_first(fetch<Backend>(y, gy.size()), gy.shape));
    close(c.name + ".gx", to_channels_first(fetch<Backend>(dx, x.size()), x.shape));
    close(c.name + ".gw", conv_to_torch(fetch<Backend>(dw, w.size()), w.shape));
    close(c.name + ".gb", fetch<Backend>(db, b.size()));
  }

  Topic<Scalar> file_{"conv"};
  std::vector<ConvCase> cases_;
  Lab<Backend> lab_;
};

}  // namespace golden
