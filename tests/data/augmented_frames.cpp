// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/augmented_frames.hpp>

#include <numeric>
#include <set>
#include <tuple>

namespace data = tet::data;
using tet::Index;

namespace {

constexpr Index T = 2, H = 4, W = 5, C = 2;

/// Frames whose every value is another.
struct Frames {
  Index size() const { return 3; }
  int classes() const { return 3; }
  tet::Shape<3> shape() const { return {H, W, C}; }
  tet::Presentation presentation() const { return tet::Presentation::temporal; }
  Index timesteps() const { return T; }
  int label(Index i) const { return int(i); }
  void sample(Index i, tet::Timesteps, data::Draw, std::span<float> out) const {
    std::iota(out.begin(), out.end(), float(1000 * i));
  }
};

std::vector<float> drawn(data::FrameAugment augment, Index i, std::uint64_t epoch) {
  std::vector<float> out(std::size_t(T * H * W * C));
  data::AugmentedFrames(Frames{}, augment).sample(i, tet::Timesteps{T}, {tet::Seed{7}, epoch}, out);
  return out;
}

float value(Index i, Index t, Index y, Index x, Index c) { return float(1000 * i + ((t * H + y) * W + x) * C + c); }

}  // namespace

TEST_CASE("AugmentedFrames: one shift and flip for all timesteps, that come round at the border [data]") {
  std::set<std::tuple<Index, Index, bool>> seen;
  for (std::uint64_t epoch = 0; epoch < 300; ++epoch)
    for (Index const i : {0, 2}) {
      auto const out = drawn({.flip = true, .roll = 1}, i, epoch);
      int fits = 0;
      for (Index down = -1; down <= 1; ++down)
        for (Index right = -1; right <= 1; ++right)
          for (bool const flipped : {false, true}) {
            bool same = true;
            for (Index t = 0; t < T; ++t)
              for (Index y = 0; y < H; ++y)
                for (Index x = 0; x < W; ++x)
                  for (Index c = 0; c < C; ++c) {
                    Index const from_y = (y - down + H) % H, moved = (x - right + W) % W;
                    Index const from_x = flipped ? W - 1 - moved : moved;
                    same = same && out[std::size_t(((t * H + y) * W + x) * C + c)] == value(i, t, from_y, from_x, c);
                  }
            if (!same) continue;
            ++fits;
            seen.insert({down, right, flipped});
          }
      CHECK(fits == 1);
    }
  CHECK(seen.size() == 18);
}

TEST_CASE("AugmentedFrames: the same draw gives the same frames, and nothing asked for changes nothing [data]") {
  CHECK(drawn({.flip = true, .roll = 3}, 1, 4) == drawn({.flip = true, .roll = 3}, 1, 4));
  CHECK(drawn({.flip = true, .roll = 3}, 1, 4) != drawn({.flip = true, .roll = 3}, 1, 5));
  CHECK(drawn({}, 1, 4)[0] == 1000);
  data::AugmentedFrames const set(Frames{}, {.roll = 3});
  CHECK(set.size() == 3);
  CHECK(set.label(2) == 2);
  CHECK_THROWS_AS(data::AugmentedFrames(Frames{}, {.roll = 4}), std::invalid_argument);
  CHECK_THROWS_AS(data::AugmentedFrames(Frames{}, {.roll = -1}), std::invalid_argument);
}
