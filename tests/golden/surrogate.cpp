// SPDX-License-Identifier: MIT
#include "surrogates.hpp"
#include "topic.hpp"

#include <tet/core/pack.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace {

using tet::Index;

template <class Surrogate, class Scalar>
std::vector<Scalar> on_scalars(std::vector<Scalar> const& v) {
  std::vector<Scalar> d;
  for (Scalar const value : v) d.push_back(Surrogate::template derivative<Scalar>(value));
  return d;
}

template <class Surrogate, class Scalar>
std::vector<Scalar> on_packs(std::vector<Scalar> const& v) {
  using V = tet::NativePack<Scalar>;
  std::vector<Scalar> d(v.size());
  for (Index i = 0; i < Index(v.size()); i += V::width) {
    Index const count = std::min<Index>(V::width, Index(v.size()) - i);
    Surrogate::template derivative<V>(V::load(v.data() + i, count)).store(d.data() + i, count);
  }
  return d;
}

}  // namespace

TEST_CASE_TEMPLATE("golden surrogate: derivatives on scalars and packs [golden]", Scalar, float, double) {
  golden::Topic<Scalar> file("surrogate");
  auto const v = file["v"].values;
  golden::for_each_surrogate([&]<class Surrogate>(std::string const& name) {
    file.close("d." + name, on_scalars<Surrogate>(v));
    file.close("d." + name, on_packs<Surrogate>(v));
  });
  file.report();
  CHECK(golden::unchecked(file).empty());
}
