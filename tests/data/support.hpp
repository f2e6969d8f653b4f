// SPDX-License-Identifier: MIT
#pragma once

#include "../support/scratch_folder.hpp"

#include <tet/core/error.hpp>
#include <tet/data/dataset.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace support {

/// Runs `call`, which must throw an IoError, and returns it.
template <class Call>
tet::IoError io_error(Call call) {
  try {
    call();
  } catch (tet::IoError const& error) {
    return error;
  }
  FAIL("no tet::IoError was thrown");
  throw std::logic_error("unreachable");
}

/// Repeated data whose every value tells sample, seed and epoch; label(i) = i % 10 unless one is planted.
struct Numbered {
  tet::Index count = 0;
  tet::Index bad_label_at = -1;
  tet::Index throws_at = -1;

  tet::Index size() const { return count; }
  int classes() const { return 10; }
  tet::Shape<3> shape() const { return {1, 2, 3}; }
  tet::Presentation presentation() const { return tet::Presentation::repeated; }
  tet::Index timesteps() const { return 0; }
  int label(tet::Index i) const { return i == bad_label_at ? 10 : int(i % 10); }
  void sample(tet::Index i, tet::Timesteps, tet::data::Draw draw, std::span<float> out) const {
    if (i == throws_at) throw std::runtime_error("sample " + std::to_string(i) + " is broken");
    for (std::size_t k = 0; k < out.size(); ++k)
      out[k] = float(i) + 1000.0f * float(draw.seed.value) + 10000.0f * float(draw.epoch) + 0.01f * float(k);
  }
};

static_assert(tet::data::Dataset<Numbered>);

}  // namespace support
