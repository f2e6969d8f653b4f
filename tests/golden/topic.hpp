// SPDX-License-Identifier: MIT
#pragma once

#include "../support/golden.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <concepts>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace golden {

namespace detail {

/// Column "f32 dev" of a README: {topic, array} -> max |float32 - float64| / max |float64| of PyTorch's own float32
/// result.
inline std::map<std::pair<std::string, std::string>, double> read_deviations(std::string const& path) {
  std::map<std::pair<std::string, std::string>, double> deviations;
  std::ifstream in(path);
  std::string topic;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("## ")) topic = line.substr(3, line.find(':') - 3);
    if (!line.starts_with("| `")) continue;
    std::string const array = line.substr(3, line.find('`', 3) - 3);
    std::size_t const end = line.rfind('|'), begin = line.rfind('|', end - 1) + 1;
    double deviation = 0, largest = 0;
    char bracket = 0;
    std::istringstream cell(line.substr(begin, end - begin));
    if (cell >> deviation >> bracket >> largest && largest > 0) deviations[{topic, array}] = deviation / largest;
  }
  return deviations;
}

/// 0 where the column has no entry. A folder of other shapes that has no README is judged by the one of tests/golden.
inline double relative_deviation(std::string const& topic, std::string const& array) {
  static auto const deviations = [] {
    auto found = read_deviations(directory() + "/README.md");
    if (found.empty()) found = read_deviations(TET_SOURCE_DIR "/tests/golden/README.md");
    if (found.empty())
      throw std::runtime_error("golden vectors: no README.md with float32 deviations in " + directory());
    return found;
  }();
  auto const at = deviations.find({topic, array});
  return at == deviations.end() ? 0 : at->second;
}

}  // namespace detail

/// Bound of max |got - want| / max |want|: 1e-12 in double, 1e-5 in float. Float is looser only where PyTorch's own
/// float32 result of that array lies further than 1e-6 from the double one: then ten times that distance, the rule of
/// the README.
template <std::floating_point Scalar>
double tolerance(std::string const& topic, std::string const& array) {
  if constexpr (std::is_same_v<Scalar, double>) return 1e-12;
  else return std::max(1e-5, 10 * detail::relative_deviation(topic, array));
}

/// A golden file and what a test found of it.
template <std::floating_point Scalar>
class Topic : public File<Scalar> {
 public:
  explicit Topic(std::string const& topic) : File<Scalar>(topic), topic_(topic) {}

  /// Checks a result against the array of this name.
  template <class Got>
  void close(std::string const& array, Got const& got) {
    double const bound = tolerance<Scalar>(topic_, array);
    auto const want = (*this)[array];
    check_close(got, want, bound);
    if (std::size(got) != want.values.size()) return;
    auto const c = compare(got, want.values);
    double const share = c.error == 0 ? 0 : c.error / (bound * c.scale);
    if (share >= worst_) worst_ = share, worst_array_ = array;
    ++checks_;
  }

  /// Spikes, exactly.
  template <class Got>
  void equal(std::string const& array, Got const& got) {
    check_equal(got, (*this)[array]);
    ++checks_;
  }

  /// One line for the log: how far the worst array is from its bound.
  void report() const {
    MESSAGE(this->name(), ": ", this->names().size(), " arrays, ", checks_, " comparisons; the largest error is ",
            worst_, " of its bound (", worst_array_, ")");
  }

 private:
  std::string topic_;
  int checks_ = 0;
  double worst_ = 0;
  std::string worst_array_;
};

}  // namespace golden
