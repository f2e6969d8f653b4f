// SPDX-License-Identifier: MIT
#include <tet/io/safetensors_model.hpp>

#include "../support/scratch_folder.hpp"

#include <tet/io/safetensors.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace {

using tet::Index;
using tet::TensorInfo;
using tet::TensorRole;
using tet::io::ExtraTensors;
using tet::io::NamedTensor;
using tet::io::SafetensorsFile;

/// The least that a model must offer to be saved and loaded: one convolution and its normalisation.
template <class Scalar_>
struct ArchetypeModel {
  using Scalar = Scalar_;

  std::map<std::string, std::vector<Scalar>> state{
      {"0.weight", {1, 2, 3, 4}}, {"1.running_var", {0.5, 0.25}}, {"1.weight", {5, 6}}};
  std::int64_t batches = 12;
  int sets = 0;

  std::vector<TensorInfo> tensors() const {
    return {{.name = "0.weight", .shape = {2, 2, 1, 1}, .role = TensorRole::parameter, .offset = 0, .count = 4},
            {.name = "1.weight", .shape = {2}, .role = TensorRole::parameter, .offset = 4, .count = 2},
            {.name = "1.running_var", .shape = {2}, .role = TensorRole::statistic, .offset = 0, .count = 2},
            {.name = "1.num_batches_tracked", .shape = {}, .role = TensorRole::counter, .offset = 0, .count = 0}};
  }
  std::vector<Scalar> get(TensorInfo const& info) const { return state.at(info.name); }
  void set(TensorInfo const& info, std::span<Scalar const> values) {
    state.at(info.name).assign(values.begin(), values.end());
    ++sets;
  }
  std::int64_t batches_tracked() const { return batches; }
};

static_assert(tet::io::NamedTensorModel<ArchetypeModel<float>> && tet::io::NamedTensorModel<ArchetypeModel<double>>);

template <class Number>
NamedTensor tensor(std::string name, std::vector<Index> shape, std::vector<Number> const& values) {
  return NamedTensor::of(std::move(name), std::move(shape), std::span<Number const>(values));
}

/// A good file for the archetype, other values than its own.
std::vector<NamedTensor> good_tensors() {
  return {tensor<float>("0.weight", {2, 2, 1, 1}, {-1, -2, -3, -4}), tensor<float>("1.weight", {2}, {-5, -6}),
          tensor<float>("1.running_var", {2}, {7, 8})};
}

/// Loading the tensors must be refused with the text, and must leave the model untouched.
void check_refused(std::vector<NamedTensor> const& tensors, char const* text, tet::io::NameMap const& names = {}) {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  tet::io::write_safetensors(path, tensors);
  ArchetypeModel<float> model;
  auto const before = model.state;
  CAPTURE(text);
  try {
    tet::io::load_safetensors(model, path, names);
    FAIL("accepted");
  } catch (tet::IoError const& error) {
    CAPTURE(error.what());
    CHECK(error.path() == path);
    CHECK(std::string(error.what()).find(text) != std::string::npos);
  }
  CHECK(model.state == before);
  CHECK(model.sets == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("save_safetensors, load_safetensors: a model's state survives bit for bit [io]", Scalar, float,
                   double) {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  ArchetypeModel<Scalar> saved;
  saved.state["0.weight"] = {Scalar(0.1), Scalar(-0.0), std::numeric_limits<Scalar>::denorm_min(),
                             std::numeric_limits<Scalar>::max()};
  tet::io::save_safetensors(saved, path);
  ArchetypeModel<Scalar> loaded;
  loaded.state = {{"0.weight", {}}, {"1.weight", {}}, {"1.running_var", {}}};
  tet::io::load_safetensors(loaded, path);
  CHECK(loaded.state == saved.state);
  CHECK(std::signbit(loaded.state["0.weight"][1]));
  CHECK(folder.files() == 1);
}

TEST_CASE("save_safetensors: writes PyTorch's names, shapes and counters [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  tet::io::save_safetensors(ArchetypeModel<float>{}, path);
  auto const file = SafetensorsFile::read(path);
  CHECK(file.tensors().size() == 4);
  CHECK(file.metadata().at("format") == "pt");
  CHECK(file["0.weight"].dtype() == tet::io::Dtype::f32);
  CHECK(file["0.weight"].shape() == std::vector<Index>{2, 2, 1, 1});
  CHECK(file["1.num_batches_tracked"].shape().empty());
  CHECK(file["1.num_batches_tracked"].integers() == std::vector<std::int64_t>{12});
  tet::io::save_safetensors(ArchetypeModel<double>{}, path);
  CHECK(SafetensorsFile::read(path)["0.weight"].dtype() == tet::io::Dtype::f64);
}

TEST_CASE("save_safetensors: a value that is not finite is refused and the old file stays [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  fixture::write_content(path, "old");
  for (float const bad : {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    ArchetypeModel<float> model;
    model.state["1.weight"][1] = bad;
    CHECK_THROWS_WITH_AS(tet::io::save_safetensors(model, path), doctest::Contains("in tensor \"1.weight\" at index 1"),
                         tet::NumericError);
    CHECK(fixture::content_of(path) == "old");
  }
}

TEST_CASE("load_safetensors: F64, F32, F16 and BF16 are converted to the model's scalar [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  auto const bits = [](std::vector<std::uint16_t> const& values) {
    std::vector<std::byte> bytes;
    tet::append_little_endian(bytes, std::span<std::uint16_t const>(values));
    return bytes;
  };
  tet::io::write_safetensors(
      path, std::vector<NamedTensor>{tensor<double>("0.weight", {2, 2, 1, 1}, {0.1, 1, 2, 1e-300}),
                                     {"1.weight", tet::io::Dtype::f16, {2}, bits({0x3C00, 0x0001})},
                                     {"1.running_var", tet::io::Dtype::bf16, {2}, bits({0x3F80, 0x4000})}});
  ArchetypeModel<float> single;
  tet::io::load_safetensors(single, path);
  CHECK(single.state["0.weight"] == std::vector{0.1f, 1.0f, 2.0f, 0.0f});
  CHECK(single.state["1.weight"] == std::vector{1.0f, 0x1p-24f});
  CHECK(single.state["1.running_var"] == std::vector{1.0f, 2.0f});
  ArchetypeModel<double> wide;
  tet::io::load_safetensors(wide, path);
  CHECK(wide.state["0.weight"] == std::vector{0.1, 1.0, 2.0, 1e-300});
  CHECK(wide.state["1.weight"] == std::vector{1.0, 0x1p-24});
}

TEST_CASE("load_safetensors: the counter may be missing, or be of any type, and is not read [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  ArchetypeModel<float> model;
  auto tensors = good_tensors();
  tet::io::write_safetensors(path, tensors);
  tet::io::load_safetensors(model, path);
  tensors.push_back(tensor<float>("1.num_batches_tracked", {1}, {3}));
  tet::io::write_safetensors(path, tensors);
  tet::io::load_safetensors(model, path);
  CHECK(model.batches == 12);
  CHECK(model.sets == 6);
}

TEST_CASE(
    "load_safetensors: missing, extra, mis-shaped and mistyped tensors are refused by name, the model untouched [io]") {
  auto tensors = good_tensors();
  tensors.pop_back();
  check_refused(tensors,
                "no tensor \"1.running_var\"; tensors the model does not know: none, expected one of shape [2]");

  tensors = good_tensors();
  tensors[1].name = "gamma";
  check_refused(tensors,
                "no tensor \"1.weight\"; tensors the model does not know: \"gamma\", expected one of shape [2]");

  tensors = good_tensors();
  tensors.push_back(tensor<float>("2.weight", {1, 3}, {1, 2, 3}));
  check_refused(tensors, "tensor \"2.weight\" of shape [1, 3], expected only tensors of the model");

  tensors = good_tensors();
  tensors.push_back(tensor<std::int64_t>("0.num_batches_tracked", {}, {1}));
  check_refused(tensors, "tensor \"0.num_batches_tracked\"");

  tensors = good_tensors();
  tensors[0].shape = {2, 1, 2, 1};
  check_refused(tensors, "shape [2, 1, 2, 1] for tensor \"0.weight\", expected [2, 2, 1, 1]");
  tensors[0].shape = {4};
  check_refused(tensors, "shape [4] for tensor \"0.weight\"");

  tensors = good_tensors();
  tensors[2] = tensor<std::int64_t>("1.running_var", {2}, {1, 2});
  check_refused(tensors, "dtype I64 for tensor \"1.running_var\", expected F64, F32, F16 or BF16");
}

TEST_CASE("load_safetensors: values that are not finite are refused by tensor and index [io]") {
  float const nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
  auto tensors = good_tensors();
  tensors[2] = tensor<float>("1.running_var", {2}, {1, nan});
  check_refused(tensors, "nan for tensor \"1.running_var\" at index 1, expected a finite number");
  tensors[2] = tensor<float>("1.running_var", {2}, {-inf, 1});
  check_refused(tensors, "-inf for tensor \"1.running_var\" at index 0");
  tensors[2] = tensor<double>("1.running_var", {2}, {1, 1e39});  // finite in the file, not as a float
  check_refused(tensors, "inf for tensor \"1.running_var\" at index 1");
}

TEST_CASE("load_safetensors: names go through a table or a function [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  auto tensors = good_tensors();
  tensors[0].name = "conv.weight";
  tensors[1].name = "bn.weight";
  tet::io::write_safetensors(path, tensors);
  ArchetypeModel<float> model;
  CHECK_THROWS_AS(tet::io::load_safetensors(model, path), tet::IoError);
  tet::io::load_safetensors(model, path, {{"0.weight", "conv.weight"}, {"1.weight", "bn.weight"}});
  CHECK(model.state["1.weight"] == std::vector{-5.0f, -6.0f});

  std::map<std::string, std::string> const table{{"0.weight", "conv.weight"}, {"1.weight", "bn.weight"}};
  ArchetypeModel<float> by_table;
  tet::io::load_safetensors(by_table, path, table);
  CHECK(by_table.state == model.state);

  for (auto& t : tensors) t.name = "module." + t.name;
  tensors[0].name = "module.0.weight";
  tensors[1].name = "module.1.weight";
  tet::io::write_safetensors(path, tensors);
  ArchetypeModel<float> by_function;
  tet::io::load_safetensors(by_function, path, [](std::string const& name) { return "module." + name; });
  CHECK(by_function.state == model.state);
}

TEST_CASE("load_safetensors: every entry of a table must hit [io]") {
  check_refused(good_tensors(), "\"9.weight\" to \"x\"", {{"9.weight", "x"}});  // no such tensor in the model
  check_refused(good_tensors(), "no tensor \"x\"", {{"1.weight", "x"}});        // none in the file
  check_refused(good_tensors(), "no tensor \"count\"", {{"1.num_batches_tracked", "count"}});
  check_refused(good_tensors(), "\"1.running_var\" for a second tensor", {{"1.weight", "1.running_var"}});
}

TEST_CASE("load_safetensors: tensors the model does not have can be ignored on request [io]") {
  auto tensors = good_tensors();
  for (auto& t : tensors) t.name = "init." + t.name;
  tensors.push_back(tensor<std::int64_t>("labels", {2}, {1, 2}));
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  tet::io::write_safetensors(path, tensors);
  ArchetypeModel<float> model;
  auto const names = [](std::string const& name) { return "init." + name; };
  CHECK_THROWS_WITH_AS(tet::io::load_safetensors(model, path, names), doctest::Contains("\"labels\""), tet::IoError);
  CHECK(model.sets == 0);
  tet::io::load_safetensors(model, path, names, ExtraTensors::ignored);
  CHECK(model.state["0.weight"][3] == -4.0f);
}

TEST_CASE("save_safetensors: names go through a map on the way out as well [io]") {
  fixture::ScratchFolder folder;
  auto const path = folder.file("weights.safetensors");
  ArchetypeModel<float> model;
  model.state["0.weight"][0] = 42;
  auto const names = [](std::string const& name) { return "net." + name; };
  tet::io::save_safetensors(model, path, names);
  CHECK(SafetensorsFile::read(path).find("net.1.num_batches_tracked") != nullptr);
  ArchetypeModel<float> other;
  tet::io::load_safetensors(other, path, names);
  CHECK(other.state == model.state);
  CHECK_THROWS_AS(tet::io::save_safetensors(model, path, {{"1.weight", "0.weight"}}), std::invalid_argument);
  CHECK_THROWS_AS(tet::io::save_safetensors(model, path, {{"9.weight", "x"}}), tet::IoError);
}
