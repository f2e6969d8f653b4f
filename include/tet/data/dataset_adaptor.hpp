// SPDX-License-Identifier: MIT
#pragma once

#include <tet/data/dataset.hpp>

#include <utility>

namespace tet::data {

/// What a data set that is made of another one hands on from it. The class derived from it adds `sample`, and hides what
/// else it changes. Images as bytes are not handed on: they would pass by a change of `sample`.
template <Dataset Set>
class DatasetAdaptor {
 public:
  Index size() const { return set_.size(); }
  int classes() const { return set_.classes(); }
  Shape<3> shape() const { return set_.shape(); }
  Presentation presentation() const { return set_.presentation(); }
  Index timesteps() const { return set_.timesteps(); }
  int label(Index i) const { return set_.label(i); }
  int sample_threads() const { return data::sample_threads(set_); }

 protected:
  explicit DatasetAdaptor(Set set) : set_(std::move(set)) {}

  Set set_;
};

}  // namespace tet::data
