// SPDX-License-Identifier: MIT
#include <tests/support/scratch_folder.hpp>
#include <tests/train/small_run.hpp>

#include <tet/analysis/tensor_values.hpp>
#include <tet/core/crc32c.hpp>
#include <tet/core/folder.hpp>
#include <tet/train/event_file.hpp>

#include <doctest/doctest.h>

#include <bit>
#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>

namespace {

/// What stands in one field of a protocol-buffer message; a plain reader, for tests.
struct Field {
  int number, type;
  std::uint64_t whole = 0;
  std::string_view bytes;
};

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) value |= std::uint64_t(std::uint8_t(bytes[i])) << (8 * i);
  return value;
}

std::uint64_t variable(std::string_view& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    std::uint8_t const b = std::uint8_t(bytes.at(0));
    bytes.remove_prefix(1);
    value |= std::uint64_t(b & 0x7F) << shift;
    if (b < 0x80) return value;
  }
}

std::vector<Field> fields_of(std::string_view message) {
  std::vector<Field> fields;
  while (!message.empty()) {
    std::uint64_t const key = variable(message);
    Field field{int(key >> 3), int(key & 7), 0, {}};
    std::size_t size = 0;
    if (field.type == 0) field.whole = variable(message);
    else size = field.type == 1 ? 8 : field.type == 5 ? 4 : std::size_t(variable(message));
    field.bytes = message.substr(0, size);
    REQUIRE(field.bytes.size() == size);
    message.remove_prefix(size);
    if (field.type == 1 || field.type == 5) field.whole = little_endian(field.bytes);
    fields.push_back(field);
  }
  return fields;
}

Field field(std::vector<Field> const& fields, int number) {
  for (Field const& f : fields)
    if (f.number == number) return f;
  return {0, 0, 0, {}};
}

/// Messages of a file up to the first record that is not whole; checksums are verified.
std::vector<std::string_view> records_of(std::string_view file) {
  std::vector<std::string_view> messages;
  while (file.size() >= 12) {
    std::size_t const size = std::size_t(little_endian(file.substr(0, 8)));
    REQUIRE(little_endian(file.substr(8, 4)) == tet::detail::masked_crc32c(file.substr(0, 8)));
    if (file.size() < size + 16) break;
    messages.push_back(file.substr(12, size));
    REQUIRE(little_endian(file.substr(12 + size, 4)) == tet::detail::masked_crc32c(messages.back()));
    file.remove_prefix(size + 16);
  }
  return messages;
}

std::string content(std::string const& path) {
  auto const bytes = tet::read_file_bytes(path);
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

/// Scalars of a folder's files in order, as TensorBoard shows them: a START drops what is at its step or later.
std::map<std::string, std::map<std::int64_t, float>> scalars_in(std::string const& folder) {
  std::map<std::string, std::map<std::int64_t, float>> all;
  for (std::string const& name : tet::names_in_folder(folder)) {
    std::string const file = content(folder + "/" + name);
    for (std::string_view const message : records_of(file)) {
      auto const event = fields_of(message);
      std::int64_t const step = std::int64_t(field(event, 2).whole);
      if (field(event, 7).number == 7)
        for (auto& [tag, steps] : all) steps.erase(steps.lower_bound(step), steps.end());
      if (field(event, 5).number == 0) continue;
      auto const value = fields_of(field(fields_of(field(event, 5).bytes), 1).bytes);
      if (field(value, 2).number == 2)
        all[std::string(field(value, 1).bytes)][step] = std::bit_cast<float>(std::uint32_t(field(value, 2).whole));
    }
  }
  return all;
}

}  // namespace

TEST_CASE("crc32c: check value of the standard, and RFC 3720's example of 32 zeros [train]") {
  std::string const digits = "123456789", zeros(32, '\0');
  CHECK(tet::crc32c(std::as_bytes(std::span(digits))) == 0xE3069283u);
  CHECK(tet::crc32c(std::as_bytes(std::span(zeros))) == 0x8A9136AAu);
  CHECK(tet::crc32c({}) == 0);
}

TEST_CASE("EventFile: a record of known content has the bytes that tensorboard writes [train]") {
  // Event(wall_time=1.5, step=300, summary=Summary(value=[Summary.Value(tag="loss", simple_value=0.25)])), written by
  // tensorboard 2.21's RecordWriter.
  tet::detail::ProtoMessage value, summary, event;
  value.text(1, "loss");
  value.real32(2, 0.25f);
  summary.message(1, value);
  event.real(1, 1.5);
  event.whole(2, 300);
  event.message(5, summary);
  std::string hex;
  for (char const c : tet::detail::event_record_of(event.bytes())) {
    char text[3];
    std::snprintf(text, sizeof text, "%02x", unsigned(std::uint8_t(c)));
    hex += text;
  }
  CHECK(hex == "1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000803e9908deed");
}

TEST_CASE("histogram_of: hand-worked buckets; values that are not finite are left out [train]") {
  std::vector<float> const values{0, 1, 1, 4, 2, std::numeric_limits<float>::infinity(), std::nanf("")};
  auto const h = tet::histogram_of(std::span<float const>(values), 4);
  CHECK(h.least == 0);
  CHECK(h.most == 4);
  CHECK(h.sum == 8);
  CHECK(h.squares == 22);
  CHECK(h.limits == std::vector<double>{1, 2, 3, 4});
  CHECK(h.counts == std::vector<double>{3, 1, 0, 1});
  std::vector<float> const equal(5, 2.5f);
  CHECK(tet::histogram_of(std::span<float const>(equal)).counts == std::vector<double>{5});
  CHECK(tet::histogram_of(std::span<float const>()).counts.empty());
}

TEST_CASE("Fit: event files have the metrics of each epoch, and a resumed run goes on in a file of its own [fit]") {
  fixture::ScratchFolder const scratch;
  auto const train = small_run::frames();
  tet::FitOptions options{
      .checkpoint = scratch.file("run.ckpt"), .checkpoint_every = 1, .tensorboard = scratch.file("whole")};
  small_run::Model model{tet::Seed{3}};
  tet::Adam optimizer{model};
  options.resume = tet::Resume::never;
  auto const result = small_run::fit(model, optimizer, train, options);
  auto const whole = scalars_in(options.tensorboard);
  REQUIRE(whole.at("train/loss").size() == 4);
  REQUIRE(whole.count("gradient_norm/0.weight") == 1);
  for (std::size_t e = 0; e < 4; ++e) {
    std::int64_t const step = std::int64_t(6 * (e + 1));
    CHECK(whole.at("train/loss").at(step) == float(result.epochs[e].train_loss));
    CHECK(whole.at("test/accuracy").at(step) == float(result.epochs[e].test_accuracy));
    CHECK(whole.at("run/learning_rate").at(step) == float(result.epochs[e].learning_rate));
    CHECK(whole.at("run/timesteps").at(step) == (e < 2 ? 2 : 4));
  }
  for (auto const& norm : tet::analysis::gradient_norms(model))
    CHECK(whole.at("gradient_norm/" + norm.name).at(24) == float(norm.norm));

  // Stopped after an epoch whose events are written, but whose checkpoint is not: its values come once, from the file of
  // the resumed run.
  options.tensorboard = scratch.file("parts");
  struct Stop {};
  options.checkpoint_observer = [n = 0](tet::WriteStep step) mutable {
    if (step == tet::WriteStep::before_write && ++n == 12) throw Stop{};  // the last of epoch 2
  };
  small_run::Model first{tet::Seed{3}}, second{tet::Seed{3}};
  tet::Adam first_optimizer{first}, second_optimizer{second};
  CHECK_THROWS_AS(small_run::fit(first, first_optimizer, train, options), Stop);
  options.checkpoint_observer = {};
  options.resume = tet::Resume::if_present;
  CHECK(small_run::fit(second, second_optimizer, train, options).first_step == 11);
  CHECK(tet::names_in_folder(options.tensorboard).size() == 2);
  CHECK(scalars_in(options.tensorboard) == whole);
}

TEST_CASE("EventFile: a file that was cut off is valid to its last whole record [train]") {
  fixture::ScratchFolder const scratch;
  std::string path;
  {
    tet::EventFile file(scratch.file("events"), 0);
    file.scalar("a", 1, 0.5);
    file.scalar("b", 2, 1.5);
    path = file.path();
  }
  std::string const bytes = content(path);
  auto const whole = records_of(bytes);
  REQUIRE(whole.size() == 3);
  CHECK(field(fields_of(whole[0]), 3).bytes == "brain.Event:2");
  std::size_t const last = whole[2].size() + 16;
  for (std::size_t cut = 1; cut < last; ++cut)
    CHECK(records_of(std::string_view(bytes).substr(0, bytes.size() - cut)).size() == 2);
  CHECK_THROWS_AS(tet::EventFile(path + "/folder", 0), tet::IoError);  // a file is in the way
}

TEST_CASE("gradient_norms: they are those of the gradients by name [train]") {
  auto const train = small_run::frames();
  small_run::Model model{tet::Seed{3}};
  for (tet::Batch const& batch : tet::data::batches(train, 4, tet::Timesteps{2})) {
    tet::compute_gradients(model, tet::TetLoss{}, batch);
    break;
  }
  auto const norms = tet::analysis::gradient_norms(model);
  std::size_t n = 0;
  for (tet::TensorInfo const& info : model.tensors()) {
    if (info.role != tet::TensorRole::parameter) continue;
    double squares = 0;
    for (float const g : model.gradient(info)) squares += double(g) * double(g);
    REQUIRE(n < norms.size());
    CHECK(norms[n].name == info.name);
    CHECK(norms[n].count == info.count);
    CHECK(norms[n].norm == doctest::Approx(std::sqrt(squares)).epsilon(1e-12));
    CHECK(norms[n].norm > 0);
    ++n;
  }
  CHECK(n == norms.size());
}
