// SPDX-License-Identifier: MIT
#include <tests/backend/neuron_layer.hpp>
#include <tet/backend/cpu/elementwise.hpp>

#include <vector>

using namespace tet;

namespace {

template <class KindA, class KindB>
void check_add(Index frames_a, Index frames_b, Index C) {
  CAPTURE(C);
  Index const pixels = 6, frames = std::max(frames_a, frames_b);
  test::Signals<KindA, float> const a({111}, 0, frames_a * pixels, C);
  test::Signals<KindB, float> const b({111}, 1, frames_b * pixels, C);
  std::vector<float> y(std::size_t(frames * pixels * C), 77.0f);
  Cpu exec(2);
  add(exec, a.view, b.view, Activation<Analog, float>{y.data(), frames * pixels, C});
  bool equal = true;
  for (Index p = 0; p < frames * pixels; ++p)
    for (Index c = 0; c < C; ++c)
      equal =
          equal && y[std::size_t(p * C + c)] == a.view.value(p % a.view.pixels, c) + b.view.value(p % b.view.pixels, c);
  CHECK(equal);
}

}  // namespace

TEST_CASE("add: signals of any kinds are added and one frame is added to all [backend]") {
  for (Index const C : {1, 8, 9, 17, 65}) {
    check_add<Analog, Analog>(3, 3, C);
    check_add<Spike, Analog>(3, 3, C);
    check_add<Spike, Spike>(2, 2, C);
    check_add<Graded<4, 4>, Spike>(2, 2, C);
    check_add<Analog, Spike>(1, 4, C);
    check_add<Spike, Graded<8, 2>>(4, 1, C);
  }
}

TEST_CASE("copy and accumulate: every value is moved or added once [backend]") {
  for (Index const count : {0, 1, 4095, 4096, 4097, 20000}) {
    CAPTURE(count);
    auto const from = test::random_multiples<float>({112}, 0, std::size_t(count), -4, 4, 0.25);
    std::vector<float> to(from.size(), 77.0f), sum(from.size(), 1.0f);
    Cpu exec(2);
    copy(exec, count, from.data(), to.data());
    CHECK(to == from);
    accumulate(exec, count, from.data(), sum.data());
    for (std::size_t i = 0; i < from.size(); ++i) to[i] += 1;
    CHECK(sum == to);
  }
}

TEST_CASE("sum_over_time: in place or not [backend]") {
  for (Index const timesteps : {1, 2, 5})
    for (Index const count : {1, 4097}) {
      auto const from = test::random_multiples<double>({113}, 0, std::size_t(timesteps * count), -4, 4, 0.25);
      std::vector<double> want(static_cast<std::size_t>(count)), to(want.size(), 77.0), place = from;
      for (std::size_t i = 0; i < from.size(); ++i) want[i % want.size()] += from[i];
      Cpu exec(2);
      sum_over_time(exec, timesteps, count, from.data(), to.data());
      CHECK(to == want);
      sum_over_time(exec, timesteps, count, place.data(), place.data());
      place.resize(want.size());
      CHECK(place == want);
    }
}

TEST_CASE("flatten_spikes: channels of all pixels become bits of one pixel [backend]") {
  for (Index const C : {1, 2, 7, 31, 33, 63, 65, 100, 130})
    for (Index const pixels : {1, 2, 9}) {
      CAPTURE(C);
      CAPTURE(pixels);
      Index const frames = 3;
      test::Signals<Spike, float> const x({114}, 0, frames * pixels, C);
      std::vector<std::uint64_t> bits(std::size_t(frames * ceil_div(pixels * C, 64)), ~0ull);
      Activation<Spike, float> const y{bits.data(), frames, pixels * C};
      Cpu exec(2);
      flatten_spikes(exec, x.view, y);
      Index different = 0;
      for (Index f = 0; f < frames; ++f)
        for (Index i = 0; i < 64 * y.words_per_pixel(); ++i)
          different += y.value(f, i) != (i < pixels * C ? x.view.value(f * pixels + i / C, i % C) : 0);
      CHECK(different == 0);
    }
}
