// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/activation.hpp>
#include <tet/core/storage.hpp>
#include <tet/core/workspace.hpp>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace tet::test {

/// A copy of what lies in a backend's memory.
template <class Backend, class Element>
std::vector<Element> fetch(Element const* from, Index count) {
  std::vector<Element> values(std::size_t(count), Element{});
  Backend::download(values.data(), reinterpret_cast<std::byte const*>(from), count * Index(sizeof(Element)));
  return values;
}

/// A backend with some arrays in its memory.
template <class Backend>
class Lab {
 public:
  Backend exec;

  explicit Lab(Backend backend = Backend{}) : exec(std::move(backend)) {}

  /// Garbage, in floating point NaN: what a primitive leaves out shows.
  template <class Element>
  Element* room(Index count) {
    std::vector<std::byte> const garbage(std::size_t(std::max<Index>(count, 1)) * sizeof(Element), std::byte(0xFF));
    arrays_.push_back(std::make_unique<Storage<Backend, std::byte>>(Index(garbage.size())));
    arrays_.back()->upload(garbage);
    return reinterpret_cast<Element*>(arrays_.back()->data());
  }
  template <class Element>
  Element* put(std::vector<Element> const& values) {
    Element* const to = room<Element>(Index(values.size()));
    Backend::upload(reinterpret_cast<std::byte*>(to), values.data(), Index(values.size() * sizeof(Element)));
    return to;
  }
  template <class Kind, class Scalar>
  Activation<Kind, Scalar> put(Activation<Kind, Scalar> const& host) {
    using Element = typename Activation<Kind, Scalar>::Element;
    Index const count = host.pixels * host.elements_per_pixel(host.channels);
    return {put(std::vector<Element>(host.data, host.data + count)), host.pixels, host.channels};
  }
  template <class Kind, class Scalar>
  Activation<Kind, Scalar> room(Index pixels, Index channels) {
    using View = Activation<Kind, Scalar>;
    return {room<typename View::Element>(pixels * View::elements_per_pixel(channels)), pixels, channels};
  }
  Workspace workspace(Index bytes) { return {room<std::byte>(bytes), bytes}; }

 private:
  std::vector<std::unique_ptr<Storage<Backend, std::byte>>> arrays_;
};

}  // namespace tet::test
