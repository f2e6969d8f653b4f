// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/conv_choice.hpp>
#include <tet/core/convolution.hpp>
#include <tet/model/pass.hpp>

#include <cstdio>
#include <string>
#include <vector>

namespace tet {

/// How the synapses of one layer worked on the input of a call.
struct LayerChoice {
  std::string place;   ///< as in files
  double density = 0;  ///< share of the layer's inputs that were not 0
  double added = 0;    ///< the same, counting spikes that timesteps share once where they are added once: rules use it
  ConvAlgorithm forward{}, weight_gradient{}, input_gradient{};
};

namespace detail {

/// Visitor of a model's signals: what each layer's rule says to the density of its last input.
template <class Backend>
struct ChoiceFinder {
  Backend& exec;
  std::vector<LayerChoice> choices{};

  template <class Kind, class Scalar>
  void spikes(std::string const&, Activation<Kind, Scalar> const&) {}

  template <class Kind, class Scalar>
  void synapses(std::string const& prefix, ConvGeometry const& g, Activation<Kind, Scalar> const& x) {
    double const inputs = double(x.pixels) * double(x.channels), added = count_added(exec, g, x) / inputs;
    ConvChoice const choice = synapse_choice<Kind, Scalar>(exec, g);
    choices.push_back({prefix.substr(0, prefix.size() - 1), count_active(exec, x) / inputs, added,
                       choice.forward.at(added), choice.weight_gradient.at(added), choice.input_gradient});
  }
};

inline std::string percent_text(double share) {
  char text[16];
  std::snprintf(text, sizeof text, "%.1f %%", 100 * share);
  return text;
}

inline std::string rule_text(ConvRule const& rule) {
  if (rule.spikes_up_to < 0) return name_of(rule.dense);
  return "spikes <= " + percent_text(rule.spikes_up_to) + ", else " + name_of(rule.dense);
}

inline std::string choice_line(std::string const& place, std::string const& forward, std::string const& weight_gradient,
                               std::string const& input_gradient) {
  char line[200];
  std::snprintf(line, sizeof line, "%-30s %-32s %-32s %s\n", place.c_str(), forward.c_str(), weight_gradient.c_str(),
                input_gradient.c_str());
  return line;
}

/// Table of the rules of all layers with synapses.
inline std::string rule_table(std::vector<LayerRow> const& rows) {
  std::string text = choice_line("synapses", "forward", "weight gradient", "input gradient");
  for (LayerRow const& row : rows)
    if (row.choice)
      text += choice_line(row.place, rule_text(row.choice->forward), rule_text(row.choice->weight_gradient),
                          name_of(row.choice->input_gradient));
  return text;
}

}  // namespace detail

/// What the rules that `describe` shows came to in the model's last forward call, and come to in its backward pass.
/// Throws: as Model::visit_signals, without a forward call or after backward has used it up.
template <class Model>
std::vector<LayerChoice> last_choices(Model& model) {
  detail::ChoiceFinder<typename Model::Backend> finder{model.exec()};
  model.visit_signals(finder);
  return finder.choices;
}

/// The same as a table.
template <class Model>
std::string describe_last_call(Model& model) {
  std::string text =
      detail::choice_line("synapses        active   added", "forward", "weight gradient", "input gradient");
  for (LayerChoice const& c : last_choices(model)) {
    char place[64];
    std::snprintf(place, sizeof place, "%-14s %7s %7s", c.place.c_str(), detail::percent_text(c.density).c_str(),
                  detail::percent_text(c.added).c_str());
    text += detail::choice_line(place, name_of(c.forward), name_of(c.weight_gradient), name_of(c.input_gradient));
  }
  return text;
}

}  // namespace tet
