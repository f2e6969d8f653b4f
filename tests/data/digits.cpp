// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <digits/digits_dataset.hpp>
#include <digits/event_camera.hpp>

#include <algorithm>
#include <iterator>

using digits::EventCamera;
using fixture::ScratchFolder;
using fixture::write_content;
using support::io_error;
using tet::Index;

namespace {

std::filesystem::path const shipped = std::filesystem::path(TET_EXAMPLES_DATA_DIR) / "digits.txt";

std::string shipped_text() {
  std::ifstream file(shipped, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

constexpr std::size_t recording = 8 * 20 * 20 * 2;

std::vector<float> record(EventCamera const& camera, digits::Digit const& digit, std::uint64_t sample) {
  std::vector<float> events(recording, -1.0f);
  camera.record(digit, sample, events);
  return events;
}

double sum(std::vector<float> const& values) {
  double total = 0;
  for (float const v : values) total += v;
  return total;
}

}  // namespace

TEST_CASE("read_digits: the shipped file holds the data set [data]") {
  auto const all = digits::read_digits(shipped);
  REQUIRE(all.size() == 1797);
  std::array<int, 10> count{};
  int grey = 0;
  for (auto const& digit : all) {
    ++count[std::size_t(digit.label)];
    for (int const g : digit.grey) grey += g;
  }
  CHECK(count == std::array<int, 10>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  CHECK(grey == 561718);
  CHECK(all[0].label == 0);
  CHECK(all[0].grey[2] == 5);
  CHECK(all[0].grey[3] == 13);
}

TEST_CASE("read_digits: a damaged file is refused at the damaged byte [data]") {
  std::string const text = shipped_text();
  std::size_t const begin = text.find("\n0") + 1;  // of the first image
  struct Case {
    char const* name;
    std::size_t at;
    char byte;
    char const* expected;
  };
  Case const cases[] = {{"grey value", begin + 70, 'h', "a grey value 0 to 9 or a to g"},
                        {"line cut", begin + 20, '\n', "a grey value 0 to 9 or a to g"},
                        {"blank", begin + 64, '0', "a blank after 64 grey values"},
                        {"class", begin + 65, 'a', "a class 0 to 9"},
                        {"end of line", begin + 66, ' ', "the end of the line after the class"},
                        {"carriage return", begin + 66, '\r', "the end of the line after the class"}};
  for (Case const& c : cases) {
    CAPTURE(c.name);
    ScratchFolder const folder;
    std::string damaged = text;
    damaged[c.at] = c.byte;
    write_content(folder.file("digits.txt"), damaged);
    auto const error = io_error([&] { digits::read_digits(folder.file("digits.txt")); });
    CHECK(error.path() == folder.file("digits.txt"));
    CHECK(error.offset() == c.at);
    CHECK(error.got() == "byte value " + std::to_string(int(static_cast<unsigned char>(c.byte))));
    CHECK(error.expected() == c.expected);
  }
}

TEST_CASE("read_digits: a file cut off or with more digits is refused [data]") {
  std::string const text = shipped_text();
  std::size_t const begin = text.find("\n0") + 1;
  ScratchFolder const folder;
  for (std::size_t const length : {std::size_t(0), std::size_t(10), begin, begin + 30, begin + 64, begin + 66,
                                   begin + 67, text.size() - 67, text.size() - 1}) {
    CAPTURE(length);
    write_content(folder.file("cut.txt"), text.substr(0, length));
    auto const error = io_error([&] { digits::read_digits(folder.file("cut.txt")); });
    CHECK(error.offset() == length);
    CHECK(error.got() == "the end of the file");
  }
  write_content(folder.file("more.txt"), text + text.substr(begin, 67));
  CHECK(io_error([&] { digits::read_digits(folder.file("more.txt")); }).offset() == text.size());
  CHECK(io_error([&] { digits::read_digits(folder.file("absent.txt")); }).expected() == "a readable file");
}

TEST_CASE("EventCamera: the saccade is a closed triangle inside the field's margin [data]") {
  EventCamera const camera;
  auto const first = camera.displacement(0), last = camera.displacement(8);
  CHECK(last[0] == doctest::Approx(first[0]));
  CHECK(last[1] == doctest::Approx(first[1]));
  double pace = 0;
  for (Index look = 0; look <= 8; ++look) {
    auto const [x, y] = camera.displacement(look);
    CHECK(std::abs(x) <= 2);
    CHECK(std::abs(y) <= 2);
    if (look == 0) continue;
    auto const [px, py] = camera.displacement(look - 1);
    pace = std::max(pace, double(std::hypot(x - px, y - py)));
  }
  CHECK(pace <= 1.8);
}

TEST_CASE("EventCamera: views keep the image's brightness and scale it by four in area [data]") {
  auto const all = digits::read_digits(shipped);
  EventCamera const camera;
  for (std::size_t i = 0; i < 20; ++i) {
    double grey = 0;
    for (int const g : all[i].grey) grey += g / 16.0;
    for (Index look = 0; look <= 8; ++look) {
      double seen = 0;
      for (float const v : camera.view(all[i], look)) {
        CHECK(v >= 0);
        CHECK(v <= 1.0001f);
        seen += v;
      }
      CHECK(seen == doctest::Approx(4 * grey).epsilon(0.01));
    }
  }
}

TEST_CASE("EventCamera: events are a function of seed and sample [data]") {
  auto const all = digits::read_digits(shipped);
  EventCamera const camera{.seed = {1}}, other{.seed = {2}};
  CHECK(record(camera, all[3], 3) == record(camera, all[3], 3));
  CHECK(record(camera, all[3], 3) != record(camera, all[3], 4));
  CHECK(record(camera, all[3], 3) != record(other, all[3], 3));
}

TEST_CASE("EventCamera: without loss and noise events are exactly the changes above the threshold [data]") {
  auto const all = digits::read_digits(shipped);
  EventCamera const ideal{.dropped = 0, .noise = 0};
  auto const events = record(ideal, all[7], 7);
  std::size_t wrong = 0, both = 0, at = 0;
  for (Index t = 0; t < 8; ++t) {
    auto const before = ideal.view(all[7], t), now = ideal.view(all[7], t + 1);
    for (std::size_t p = 0; p < 400; ++p, at += 2) {
      wrong += events[at] != (now[p] - before[p] > 0.25f ? 1.0f : 0.0f);
      wrong += events[at + 1] != (before[p] - now[p] > 0.25f ? 1.0f : 0.0f);
      both += events[at] + events[at + 1] > 1;
    }
  }
  CHECK(wrong == 0);
  CHECK(both == 0);
  CHECK(sum(events) > 100);

  EventCamera still = ideal;
  still.base = still.height = 0;
  CHECK(sum(record(still, all[7], 7)) == 0);
}

TEST_CASE("EventCamera: loss and noise have the asked rates [data]") {
  auto const all = digits::read_digits(shipped);
  digits::Digit const black{};
  EventCamera const noisy{.noise = 0.03f}, lossy{.dropped = 0.4f, .noise = 0}, ideal{.dropped = 0, .noise = 0};
  double false_events = 0, kept = 0, events = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    false_events += sum(record(noisy, black, i));
    kept += sum(record(lossy, all[i], i));
    events += sum(record(ideal, all[i], i));
  }
  CHECK(false_events / double(100 * recording) == doctest::Approx(0.03).epsilon(0.005));
  CHECK(kept / events == doctest::Approx(0.6).epsilon(0.02));
}

TEST_CASE("record_digits: 1297 and 500 recordings of all classes, none in both parts [data]") {
  auto const all = digits::read_digits(shipped);
  auto const [train, test] = digits::record_digits(all, EventCamera{.seed = {1}});
  CHECK(train.size() == 1297);
  CHECK(test.size() == 500);
  CHECK(train.shape() == tet::Shape{20, 20, 2});
  CHECK(train.timesteps() == 8);
  CHECK(train.classes() == 10);
  std::array<int, 10> in_test{}, in_all{};
  for (Index i = 0; i < 500; ++i) ++in_test[std::size_t(test.label(i))];
  for (Index i = 0; i < 500; ++i) ++in_all[std::size_t(test.label(i))];
  for (Index i = 0; i < 1297; ++i) ++in_all[std::size_t(train.label(i))];
  CHECK(in_all == std::array<int, 10>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180});
  for (int const c : in_test) CHECK(c > 25);
  std::vector<float> events(recording);
  test.sample(0, tet::Timesteps{8}, {}, events);
  CHECK(std::all_of(events.begin(), events.end(), [](float v) { return v == 0 || v == 1; }));
}
