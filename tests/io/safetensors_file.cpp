// SPDX-License-Identifier: MIT
#include <tet/io/safetensors_file.hpp>

#include "safetensors_text.hpp"
#include "torch_file.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

using tet::Index;
using tet::io::Dtype;
using tet::io::SafetensorsFile;

TEST_CASE("SafetensorsFile: reads what PyTorch wrote, in every dtype [io]") {
  SafetensorsFile const file(fixture::torch_file(), "torch");
  CHECK(file.tensors().size() == 7);
  CHECK(file.metadata() == std::map<std::string, std::string>{{"format", "pt"}});

  auto const& wide = file["double"];
  CHECK(wide.dtype() == Dtype::f64);
  CHECK(wide.shape() == std::vector<Index>{2, 3});
  CHECK(wide.size() == 6);
  CHECK(wide.values<double>() == std::vector{1.5, -2.0, 1e300, 0.1, 5e-324, -0.0});
  CHECK(std::signbit(wide.values<double>()[5]));
  CHECK(wide.values<float>() == std::vector{1.5f, -2.0f, INFINITY, 0.1f, 0.0f, -0.0f});

  CHECK(file["single"].values<float>() == std::vector{0.1f, -3.25f, 1e-45f});
  CHECK(file["single"].values<double>() == std::vector{double(0.1f), -3.25, double(1e-45f)});
  CHECK(file["half"].values<float>() == std::vector{1.0f, -2.5f, 65504.0f, 0x1p-24f, 0x1.55p-2f});
  CHECK(file["half"].values<double>() == std::vector{1.0, -2.5, 65504.0, 0x1p-24, 0x1.55p-2});
  CHECK(file["brain"].values<float>() == std::vector{1.0f, -2.5f, 0x1.c4p127f, 0x1p-133f});

  CHECK(file["bn.num_batches_tracked"].shape().empty());
  CHECK(file["bn.num_batches_tracked"].size() == 1);
  CHECK(file["bn.num_batches_tracked"].integers() == std::vector<std::int64_t>{7});
  CHECK(file["flags"].dtype() == Dtype::boolean);
  CHECK(file["flags"].bytes().size() == 2);
  CHECK(file["flags"].bytes()[0] == std::byte{1});
  CHECK(file["empty"].shape() == std::vector<Index>{0, 3});
  CHECK(file["empty"].values<float>().empty());
}

TEST_CASE("SafetensorsFile: a missing tensor and a wrong dtype are refused by name [io]") {
  SafetensorsFile const file(fixture::torch_file(), "torch");
  CHECK(file.find("nothing") == nullptr);
  CHECK_THROWS_WITH_AS(file["nothing"], doctest::Contains("no tensor \"nothing\""), tet::IoError);
  CHECK_THROWS_WITH_AS(file["flags"].values<float>(),
                       doctest::Contains("dtype BOOL for tensor \"flags\", expected F64, F32, F16 or BF16"),
                       tet::IoError);
  CHECK_THROWS_WITH_AS(file["single"].integers(), doctest::Contains("dtype F32 for tensor \"single\", expected I64"),
                       tet::IoError);
}

TEST_CASE("SafetensorsFile: every dtype of the list is read as bytes of its size [io]") {
  for (auto const& row : tet::io::detail::dtype_rows) {
    CAPTURE(row.name);
    auto const bytes = std::to_string(3 * row.bytes);
    SafetensorsFile const file(fixture::safetensors("{\"a\":{\"dtype\":\"" + std::string(row.name) +
                                                        "\",\"shape\":[3],\"data_offsets\":[0," + bytes + "]}}",
                                                    std::size_t(3 * row.bytes)),
                               "file");
    CHECK(file["a"].dtype() == row.dtype);
    CHECK(file["a"].size() == 3);
    CHECK(Index(file["a"].bytes().size()) == 3 * row.bytes);
    CHECK(file["a"].bytes().back() == std::byte(3 * row.bytes - 1));
  }
}

TEST_CASE("SafetensorsTensor: outlives and is independent of the file it came from [io]") {
  std::optional<SafetensorsFile> file(std::in_place, fixture::torch_file(), "torch");
  auto const copy = *file;
  auto const tensor = (*file)["single"];
  file.reset();
  CHECK(tensor.values<float>()[1] == -3.25f);
  CHECK(copy["single"].values<float>()[1] == -3.25f);
}
