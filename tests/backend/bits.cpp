// SPDX-License-Identifier: MIT
#include <tet/backend/cpu/bits.hpp>
#include <tet/backend/cpu/conv/bits.hpp>
#include <tet/backend/cpu/load.hpp>
#include <tet/backend/cpu/partition.hpp>
#include <tet/core/random.hpp>

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace tet;

namespace {

template <class Scalar, int Width>
void check_masks() {
  using P = Pack<Scalar, Width>;
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t const bits = (i * 0x9E37u + i) & ((1u << Width) - 1);
    CAPTURE(bits);
    std::vector<Scalar> values(Width);
    for (int lane = 0; lane < Width; ++lane) values[std::size_t(lane)] = bits >> lane & 1 ? Scalar(0.5) : Scalar(-0.5);
    auto const mask = P::load(values.data()) > P(Scalar(0));
    CHECK(cpu::mask_bits<Scalar, Width>(mask) == bits);
    CHECK(cpu::mask_bits_portable<Scalar, Width>(mask) == bits);
    P const back = cpu::bits_to_pack<Scalar, Width>(bits);
    for (int lane = 0; lane < Width; ++lane) CHECK(back[lane] == Scalar(bits >> lane & 1));
  }
}

typedef std::int16_t Short8 __attribute__((vector_size(16)));
typedef std::int16_t Short16 __attribute__((vector_size(32)));
typedef std::int16_t Short32 __attribute__((vector_size(64)));

/// Calls check(bits, counts of as many places) for masks of every density; bits fill conv::listed_bytes.
template <class Check>
void for_masks(Check const& check) {
  constexpr int places = 8 * conv::listed_bytes;
  Random const random(Seed{4}, 1);
  for (std::uint64_t draw = 0; draw < 330; ++draw) {
    double const density = double(draw % 11) / 10;
    std::uint64_t bits = 0;
    std::uint8_t counts[places];
    for (int k = 0; k < places; ++k) {
      std::uint64_t const at = draw * 200 + std::uint64_t(2 * k);
      bits |= std::uint64_t(random.uniform(at) < density) << k;
      counts[k] = std::uint8_t(random.uniform(at + 1) * 256);
    }
    CAPTURE(bits);
    check(bits, counts);
  }
}

template <int Shift>
void check_positions() {
  for_masks([](std::uint64_t bits, std::uint8_t const*) {
    std::uint16_t const base = 1234;
    std::vector<std::uint16_t> got(8 * conv::listed_bytes), want;
    auto const* const end = conv::append_positions<Shift>(got.data(), bits, base);
    for (int k = 0; k < 8 * conv::listed_bytes; ++k)
      if (bits >> k & 1) want.push_back(std::uint16_t(base + (k << Shift)));
    REQUIRE(end - got.data() == std::ptrdiff_t(want.size()));
    got.resize(want.size());
    CHECK(got == want);
  });
}

}  // namespace

TEST_CASE("mask_bits: it equals its portable twin and bits_to_pack undoes it [backend]") {
  check_masks<float, 8>();
  check_masks<float, 16>();
  check_masks<double, 8>();
  check_masks<double, 16>();
}

TEST_CASE("bits_to_bytes: each bit becomes a byte of 0 or 1 [backend]") {
  for (int bits = 0; bits < 256; ++bits) {
    std::uint64_t const bytes = cpu::bits_to_bytes(std::uint8_t(bits));
    for (int i = 0; i < 8; ++i) CHECK(int(bytes >> (8 * i) & 0xFF) == (bits >> i & 1));
  }
}

TEST_CASE("store_spikes: it fills the bytes of its lanes and clear_unused those behind [backend]") {
  constexpr int width = native_width<float>;
  using P = Pack<float, width>;
  for (Index const channels : {1, 7, 8, 9, 16, 17, 63, 64, 65, 100}) {
    CAPTURE(channels);
    std::vector<std::uint64_t> words(std::size_t(ceil_div(channels, 64)), ~0ull);
    Activation<Spike, float> const s{words.data(), 1, channels};
    for (Index c = 0; c < channels; c += width) {
      std::vector<float> values(width);
      for (int lane = 0; lane < width; ++lane) values[std::size_t(lane)] = float((c + lane) % 3 == 0);
      cpu::store_spikes<width>(s, 0, c, P::load(values.data()), std::min<Index>(width, channels - c));
    }
    cpu::clear_unused<width>(s, 0);
    for (Index c = 0; c < 64 * s.words_per_pixel(); ++c) CHECK(s.value(0, c) == float(c < channels && c % 3 == 0));
  }
}

TEST_CASE("Partition: chunks cover every item once in at most 128 tasks [backend]") {
  for (Index const count : {0, 1, 15, 16, 17, 127, 128, 129, 5000})
    for (Index const grain : {0, 1, 16, 4096}) {
      cpu::Partition const partition(count, grain);
      CHECK(partition.tasks() <= cpu::Partition::most);
      Index covered = 0;
      for (Index task = 0; task < partition.tasks(); ++task) {
        CHECK(partition.begin(task) == covered);
        CHECK(partition.end(task) > covered);
        covered = partition.end(task);
      }
      CHECK(covered == count);
    }
}

TEST_CASE_TEMPLATE("bits_to_shorts: it equals its portable twin [backend]", Shorts, Short8, Short16, Short32) {
  for (std::uint32_t const bits : {0u, 1u, 0x8000u, 0x80000000u, 0xFFFFFFFFu, 0x12345678u, 0xA5A5C3C3u}) {
    Shorts const got = cpu::bits_to_shorts<Shorts>(bits), want = cpu::bits_to_shorts_portable<Shorts>(bits);
    for (int i = 0; i < int(sizeof(Shorts) / 2); ++i) CHECK(got[i] == want[i]);
  }
}

TEST_CASE("count_bits: it adds each bit to its byte [backend]") {
  std::uint64_t const words[] = {0, ~0ull, 0x8000000000000001ull, 0x0123456789ABCDEFull, 0xF00F5AA5C33C9669ull};
  for (std::uint64_t const word : words) {
    CAPTURE(word);
    for (int first = 0; first < 64; first += int(sizeof(cpu::SpikeBytes))) {
      cpu::SpikeBytes const counts =
          cpu::count_bits(cpu::SpikeBytes{} + 7, reinterpret_cast<char const*>(&word) + first / 8);
      for (int i = 0; i < int(sizeof counts); ++i) CHECK(int(counts[i]) == 7 + int(word >> (first + i) & 1));
    }
  }
}

TEST_CASE("append_positions: it lists the set bits, scaled and moved [backend]") {
  check_positions<0>();
  check_positions<3>();
  check_positions<5>();
}

TEST_CASE_TEMPLATE("append_values: it lists the counts of set bits [backend]", Value, std::uint8_t, std::int16_t,
                   float) {
  using View = Activation<Graded<255, 16>, float>;
  for_masks([](std::uint64_t bits, std::uint8_t const* counts) {
    std::vector<Value> got(8 * conv::listed_bytes), want;
    Value const* const end = conv::append_values<View>(got.data(), bits, counts);
    for (int k = 0; k < 8 * conv::listed_bytes; ++k)
      if (bits >> k & 1) want.push_back(std::is_same_v<Value, float> ? Value(counts[k] / 16.0) : Value(counts[k]));
    REQUIRE(end - got.data() == std::ptrdiff_t(want.size()));
    got.resize(want.size());
    CHECK(got == want);
  });
}
