// SPDX-License-Identifier: MIT
#pragma once

// Golden vectors: results of PyTorch in tests/golden (see its README), or in the folder that the environment's
// TET_GOLDEN_DIR names, which has the same arrays, perhaps of other shapes. So tests take every shape from the file.

#include <tet/core/index.hpp>
#include <tet/io/safetensors_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace golden {

using tet::Index;
using Extents = std::vector<Index>;

/// An array of a golden file. Shape: PyTorch's, the last axis contiguous.
template <class Number>
struct Array {
  std::string name;  // file and array, for messages
  Extents shape;
  std::vector<Number> values;

  Index size() const { return Index(values.size()); }
  Index extent(int axis) const { return shape.at(std::size_t(axis < 0 ? axis + int(shape.size()) : axis)); }
};

/// The folder of the golden files.
inline std::string directory() {
  if (char const* const folder = std::getenv("TET_GOLDEN_DIR"); folder != nullptr && *folder != '\0') return folder;
#if defined(TET_GOLDEN_DIR)
  return TET_GOLDEN_DIR;
#else
  throw std::runtime_error("golden vectors: TET_GOLDEN_DIR is set neither in the environment nor by the build");
#endif
}

/// One golden file, in double (NAME.f64.safetensors) or float (NAME.f32.safetensors). A missing file or array throws,
/// which fails the test with its name. Remembers which arrays were read.
template <std::floating_point Scalar>
class File {
 public:
  explicit File(std::string const& topic)
      : name_(topic + (sizeof(Scalar) == 8 ? ".f64" : ".f32")),
        file_(tet::io::SafetensorsFile::read(directory() + "/" + name_ + ".safetensors")) {}

  std::string const& name() const { return name_; }
  std::string const& path() const { return file_.path(); }

  Array<Scalar> operator[](std::string const& array) {
    return {label(array), find(array).shape(), find(array).template values<Scalar>()};
  }

  /// Labels and predictions.
  Array<std::int64_t> integers(std::string const& array) {
    return {label(array), find(array).shape(), find(array).integers()};
  }

  /// An array of one value.
  Scalar number(std::string const& array) {
    auto const values = (*this)[array].values;
    if (values.size() != 1) throw std::runtime_error("golden vectors: " + label(array) + " is not one number");
    return values.front();
  }

  /// Does not count as reading it.
  bool contains(std::string const& array) const { return file_.find(array) != nullptr; }

  /// Names of all arrays, or of those that begin with a prefix.
  std::vector<std::string> names(std::string_view prefix = "") const {
    std::vector<std::string> names;
    for (auto const& tensor : file_.tensors())
      if (tensor.name().starts_with(prefix)) names.push_back(tensor.name());
    return names;
  }

  /// Counts an array as read that a test uses by other means, such as a model's load from path().
  void mark(std::string const& array) { find(array); }

  /// Names of the arrays that nobody has read yet.
  std::vector<std::string> unchecked() const {
    std::vector<std::string> names;
    for (auto const& tensor : file_.tensors())
      if (!read_.contains(tensor.name())) names.push_back(tensor.name());
    return names;
  }

 private:
  std::string label(std::string const& array) const { return name_ + "/" + array; }

  tet::io::SafetensorsTensor const& find(std::string const& array) {
    auto const* const tensor = file_.find(array);
    if (tensor == nullptr) throw std::runtime_error("golden vectors: no array " + array + " in " + file_.path());
    read_.insert(array);
    return *tensor;
  }

  std::string name_;
  tet::io::SafetensorsFile file_;
  std::set<std::string> read_;
};

/// The file of a topic, loaded once: several test cases of one executable share the record of what was read.
template <std::floating_point Scalar>
File<Scalar>& file(std::string const& topic) {
  static std::map<std::string, std::unique_ptr<File<Scalar>>> files;
  auto& slot = files[directory() + "/" + topic];
  if (slot == nullptr) slot = std::make_unique<File<Scalar>>(topic);
  return *slot;
}

/// `CHECK(golden::unchecked(file).empty())` at the end of a test: nothing of the file was left out.
template <class Scalar>
std::vector<std::string> unchecked(File<Scalar> const& file) {
  return file.unchecked();
}

// --- orders of axes ---

/// Axis i of the result is axis axes[i] of the source.
template <class Number>
std::vector<Number> permute(std::vector<Number> const& values, Extents const& shape, std::vector<int> const& axes) {
  Extents strides(shape.size(), 1);
  Index count = 1;
  for (std::size_t i = shape.size(); i-- > 0; count *= shape[i]) strides[i] = count;
  if (axes.size() != shape.size() || Index(values.size()) != count)
    throw std::runtime_error("golden::permute: wrong shape");
  std::vector<Number> out;
  out.reserve(values.size());
  for (Index i = 0; i < count; ++i) {
    Index rest = i, at = 0;
    for (std::size_t a = axes.size(); a-- > 0;) {
      auto const source = std::size_t(axes[a]);
      at += rest % shape[source] * strides[source];
      rest /= shape[source];
    }
    out.push_back(values[std::size_t(at)]);
  }
  return out;
}

namespace detail {

inline Extents merged_front(Extents const& shape) {
  if (shape.size() < 3) throw std::runtime_error("golden: a shape [..., C, H, W] has three axes at least");
  Extents merged{1, shape[shape.size() - 3], shape[shape.size() - 2], shape[shape.size() - 1]};
  for (std::size_t i = 0; i + 3 < shape.size(); ++i) merged[0] *= shape[i];
  return merged;
}

}  // namespace detail

// In all of these `shape` is PyTorch's, whichever way the values go.

/// [..., C, H, W] -> [..., H, W, C]
template <class Number>
std::vector<Number> to_channels_last(std::vector<Number> const& values, Extents const& shape) {
  return permute(values, detail::merged_front(shape), {0, 2, 3, 1});
}
template <class Number>
std::vector<Number> to_channels_last(Array<Number> const& array) {
  return to_channels_last(array.values, array.shape);
}

/// [..., H, W, C] -> [..., C, H, W]
template <class Number>
std::vector<Number> to_channels_first(std::vector<Number> const& values, Extents const& shape) {
  auto const [n, c, h, w] = [&] {
    auto const merged = detail::merged_front(shape);
    return std::array{merged[0], merged[1], merged[2], merged[3]};
  }();
  return permute(values, {n, h, w, c}, {0, 3, 1, 2});
}

/// [O][I][Kh][Kw] -> [Kh][Kw][I][O]
template <class Number>
std::vector<Number> conv_from_torch(Array<Number> const& weight) {
  return permute(weight.values, weight.shape, {2, 3, 1, 0});
}

/// [Kh][Kw][I][O] -> [O][I][Kh][Kw]
template <class Number>
std::vector<Number> conv_to_torch(std::vector<Number> const& values, Extents const& shape) {
  return permute(values, {shape.at(2), shape.at(3), shape.at(1), shape.at(0)}, {3, 2, 0, 1});
}

/// Image before a Flatten; its features are C, H, W in PyTorch and H, W, C here.
struct Flattened {
  Index channels = 0, height = 1, width = 1;
};

/// [O][I] -> [I][O], the inputs reordered too where they are a flattened image.
template <class Number>
std::vector<Number> linear_from_torch(Array<Number> const& weight, Flattened image = {}) {
  Index const channels = image.channels == 0 ? weight.extent(1) : image.channels;
  return permute(weight.values, {weight.extent(0), channels, image.height, image.width}, {2, 3, 1, 0});
}

/// [I][O] -> [O][I]
template <class Number>
std::vector<Number> linear_to_torch(std::vector<Number> const& values, Extents const& shape, Flattened image = {}) {
  Index const channels = image.channels == 0 ? shape.at(1) : image.channels;
  return permute(values, {image.height, image.width, channels, shape.at(0)}, {3, 2, 0, 1});
}

// --- comparisons ---

struct Comparison {
  double error = 0;  // max |got - want|; infinite where either is not a number
  double scale = 0;  // max |want|
  std::size_t at = 0;

  bool within(double tolerance) const { return error <= tolerance * scale; }
};

/// Pre: both have the same number of values.
template <class Got, class Want>
Comparison compare(Got const& got, Want const& want) {
  Comparison c;
  for (std::size_t i = 0; i < std::size(want); ++i) {
    double const g = double(got[i]), w = double(want[i]);
    double const difference =
        std::isfinite(g) && std::isfinite(w) ? std::abs(g - w) : std::numeric_limits<double>::infinity();
    if (difference > c.error) c.error = difference, c.at = i;
    c.scale = std::max(c.scale, std::abs(w));
  }
  return c;
}

/// Checks max |got - want| <= tolerance * max |want| and says where it is worst.
template <class Got, class Number>
bool check_close(Got const& got, Array<Number> const& want, double tolerance) {
  INFO(want.name);
  if (std::size(got) != want.values.size()) {
    CHECK_MESSAGE(std::size(got) == want.values.size(), "number of values");
    return false;
  }
  auto const c = compare(got, want.values);
  if (c.within(tolerance)) {
    CHECK(c.within(tolerance));
    return true;
  }
  CHECK_MESSAGE(c.within(tolerance), "index ", c.at, ": got ", double(got[c.at]), ", want ", double(want.values[c.at]),
                "; error ", c.error, " exceeds ", tolerance, " * ", c.scale);
  return false;
}

/// Checks that all values are the same, as spikes, labels and predictions are.
template <class Got, class Number>
bool check_equal(Got const& got, Array<Number> const& want) {
  INFO(want.name);
  CHECK_MESSAGE(std::size(got) == want.values.size(), "number of values");
  if (std::size(got) != want.values.size()) return false;
  std::size_t differ = 0, first = 0;
  for (std::size_t i = 0; i < want.values.size(); ++i)
    if (!(Number(got[i]) == want.values[i]) && differ++ == 0) first = i;
  CHECK_MESSAGE(differ == 0, differ, " of ", want.values.size(), " values differ, the first at index ", first);
  return differ == 0;
}

}  // namespace golden
