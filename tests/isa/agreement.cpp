// SPDX-License-Identifier: MIT

// Builds for different instruction sets agree layer by layer: TET_ISA_PROBES names probes as "set=executable|…", each
// run where this processor can, and compared with the baseline's results.

#include <tests/support/scratch_folder.hpp>
#include <tests/support/skip.hpp>
#include <tet/io/safetensors_file.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace {

/// Winograd's rounding is the largest of all kernels': see backend/cpu/conv/winograd.hpp.
constexpr double tolerance = 1e-4;
/// A neuron may differ only where its potential is within rounding of the threshold: at most so many of all.
constexpr double spike_share = 1e-5;

bool runs_here(std::string const& set) {
#if defined(__x86_64__)
  if (set == "avx2") return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  if (set == "avx512")
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#endif
  return set == "baseline";
}

void check_agreement(std::string const& set, std::string const& executable, std::string const& baseline) {
  fixture::ScratchFolder const folder;
  auto const run = [&](std::string const& program, char const* name) {
    std::string const file = folder.file(name);
    REQUIRE(std::system(("'" + program + "' '" + file + "'").c_str()) == 0);
    return tet::io::SafetensorsFile::read(file);
  };
  auto const want = run(baseline, "baseline"), got = run(executable, "other");
  REQUIRE(want.tensors().size() == got.tensors().size());
  for (auto const& tensor : want.tensors()) {
    CAPTURE(set);
    CAPTURE(tensor.name());
    auto const a = tensor.values<double>();
    auto const b = got[tensor.name()].values<double>();
    REQUIRE(a.size() == b.size());
    double largest = 0, error = 0;
    std::size_t differ = 0, not_finite = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      not_finite += !std::isfinite(b[i]);
      largest = std::max(largest, std::abs(a[i]));
      error = std::max(error, std::abs(a[i] - b[i]));
      differ += a[i] != b[i];
    }
    CHECK(not_finite == 0);
    CHECK(largest > 0);
    if (tensor.name().starts_with("spikes/")) CHECK(double(differ) <= spike_share * double(a.size()));
    else CHECK(error <= tolerance * largest);
  }
}

std::string probe(std::string const& set) {
  std::string const all = "|" TET_ISA_PROBES "|";
  auto const at = all.find("|" + set + "=");
  if (at == all.npos) return "";
  auto const begin = at + set.size() + 2;
  return all.substr(begin, all.find('|', begin) - begin);
}

void compare(std::string const& set) {
  if (probe(set).empty() || probe("baseline").empty()) TET_SKIP("not built for " << set);
  if (!runs_here(set)) TET_SKIP("this processor has no " << set);
  check_agreement(set, probe(set), probe("baseline"));
}

}  // namespace

TEST_CASE("Instruction sets: an AVX2 build agrees with the baseline, layer by layer [isa]") { compare("avx2"); }

TEST_CASE("Instruction sets: an AVX-512 build agrees with the baseline, layer by layer [isa]") { compare("avx512"); }
