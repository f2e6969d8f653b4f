// SPDX-License-Identifier: MIT
#include "recording_files.hpp"

#include <tet/core/folder.hpp>
#include <tet/data/event_file.hpp>

#include <sys/stat.h>

using fixture::ScratchFolder;
using fixture::write_content;
using support::io_error;
using support::record;
using tet::data::Event;
using tet::data::nmnist_sensor;
using tet::data::Sensor;
namespace data = tet::data;

TEST_CASE("read_events: hand-made records give their fields [data]") {
  ScratchFolder const folder;
  // 40 bits each: x, y, polarity and 23 bits of time, most significant bit first
  write_content(folder.file("a.bin"), std::string("\x01\x02\x80\x00\x00"
                                                  "\x21\x00\x00\x00\x01"
                                                  "\x00\x21\x81\x02\x03"
                                                  "\x10\x08\x7F\xFF\xFF",
                                                  20));
  std::vector<Event> const expected = {{1, 2, 1, 0}, {33, 0, 0, 1}, {0, 33, 1, 0x010203}, {16, 8, 0, 0x7FFFFF}};
  CHECK(data::read_events(folder.file("a.bin")) == expected);
}

TEST_CASE("read_events: y = 240 is no event and adds 8192 us to all later times [data]") {
  ScratchFolder const folder;
  write_content(folder.file("a.bin"), record(1, 2, 1, 5) + record(0, 240, 0, 9) + record(3, 4, 0, 6) +
                                          record(7, 240, 1, 0) + record(255, 240, 0, 0) + record(5, 6, 1, 0));
  CHECK(data::read_events(folder.file("a.bin")) ==
        std::vector<Event>{{1, 2, 1, 5}, {3, 4, 0, 6 + 8192}, {5, 6, 1, 3 * 8192}});
}

TEST_CASE("read_events: random recordings come back, short and long ones, through one vector [data]") {
  ScratchFolder const folder;
  std::vector<Event> events;
  struct Case {
    Sensor sensor;
    std::size_t count;
    std::uint64_t pause;
  };
  Case const cases[] = {{{34, 34}, 1, 70},    {{34, 34}, 5000, 70},     {{128, 128}, 60000, 70},
                        {{256, 240}, 999, 0}, {{240, 180}, 3000, 9000}, {{1, 1}, 2, 1}};
  std::uint64_t seed = 0;
  for (Case const& c : cases) {
    CAPTURE(c.count);
    auto const made = support::random_events(c.sensor, c.count, ++seed, c.pause);
    write_content(folder.file("r.bin"), support::recording(made));
    data::read_events(folder.file("r.bin"), c.sensor, events);
    CHECK(events == made);
  }
  static_assert(60000 * 5 > tet::FileView::mapped_from && 5000 * 5 < tet::FileView::mapped_from);
  CHECK(support::recording(support::random_events({240, 180}, 3000, 5, 9000)).size() > 3000 * 5);  // has marks
}

TEST_CASE("read_events: a damaged file is refused at the damaged place [data]") {
  std::string const good = record(33, 33, 1, 100);
  struct Case {
    char const* name;
    std::string content;
    std::uint64_t offset;
    char const* got;
    char const* expected;
  };
  Case const cases[] = {
      {"empty", "", 0, "an empty file", "events of 5 bytes (N-MNIST .bin)"},
      {"cut", good + good.substr(0, 3), 8, "the end of the file after 3 bytes of an event",
       "a whole event of 5 bytes (N-MNIST .bin)"},
      {"less than an event", "ab", 2, "the end of the file after 2 bytes of an event",
       "a whole event of 5 bytes (N-MNIST .bin)"},
      {"x", good + record(34, 0, 0, 100), 5, "record 1 at x = 34, y = 0", "x from 0 to 33 and y from 0 to 33"},
      {"y", good + good + record(0, 34, 1, 100), 10, "record 2 at x = 0, y = 34", "x from 0 to 33 and y from 0 to 33"},
      {"first", record(255, 255, 1, 100) + good, 0, "record 0 at x = 255, y = 255",
       "x from 0 to 33 and y from 0 to 33"},
      {"back", good + record(1, 1, 0, 99), 7, "record 1 at 99 us after one at 100 us", "times that do not go back"},
      {"back after a mark", record(0, 0, 0, 8300) + record(0, 240, 0, 0) + record(1, 1, 0, 100), 12,
       "record 2 at 8292 us after one at 8300 us", "times that do not go back"},
      {"marks only", record(0, 240, 0, 0) + record(0, 240, 0, 0), 10, "2 overflow marks and no event", "an event"}};
  ScratchFolder const folder;
  std::string const path = folder.file("damaged.bin");
  for (Case const& c : cases) {
    CAPTURE(c.name);
    write_content(path, c.content);
    auto const error = io_error([&] { data::read_events(path); });
    CHECK(error.path() == path);
    CHECK(error.offset() == c.offset);
    CHECK(error.got() == c.got);
    CHECK(error.expected() == c.expected);
  }
}

TEST_CASE("read_events: every single damaged coordinate or time is found, wherever it stands [data]") {
  auto events = support::random_events(nmnist_sensor, 67, 3);
  std::vector<Event> read;
  auto const decode = [&](std::string const& bytes) {
    data::decode_events(std::as_bytes(std::span(bytes)), nmnist_sensor, "some.bin", read);
  };
  std::string const good = support::recording(events);
  decode(good);
  for (std::size_t n = 0; n < events.size(); ++n) {
    CAPTURE(n);
    for (std::string const& bad : {record(34, 0, 0, 0), record(0, 239, 0, 0), record(0, 255, 0, 0)}) {
      std::string damaged = good;
      damaged.replace(5 * n, 2, bad, 0, 2);
      CHECK(io_error([&] { decode(damaged); }).offset() == 5 * n);
    }
    if (n == 0) continue;
    std::string damaged = good;
    damaged.replace(5 * n, 5, record(0, 0, 1, std::uint64_t(events[n - 1].t - 1)));
    CHECK(io_error([&] { decode(damaged); }).offset() == 5 * n + 2);
  }
}

TEST_CASE("read_events: what is no regular file is refused [data]") {
  ScratchFolder const folder;
  auto error = io_error([&] { data::read_events(folder.file("absent.bin")); });
  CHECK(error.path() == folder.file("absent.bin"));
  CHECK(error.got() == "No such file or directory");
  CHECK(error.expected() == "a readable file");
  CHECK(io_error([&] { data::read_events(folder.path()); }).got() == "something not a regular file");
  REQUIRE(::mkfifo(folder.file("pipe.bin").c_str(), 0600) == 0);
  CHECK(io_error([&] { data::read_events(folder.file("pipe.bin")); }).got() == "something not a regular file");
}

TEST_CASE("read_events: a sensor that the format has no coordinates for is refused [data]") {
  std::vector<Event> events;
  std::string const bytes = record(0, 0, 0, 0);
  for (Sensor const sensor : {Sensor{0, 34}, Sensor{34, 0}, Sensor{257, 34}, Sensor{34, 241}, Sensor{-1, 34}}) {
    CAPTURE(sensor.width);
    CAPTURE(sensor.height);
    CHECK_THROWS_AS(data::decode_events(std::as_bytes(std::span(bytes)), sensor, "some.bin", events),
                    std::invalid_argument);
  }
}

TEST_CASE("names_in_folder: names of an ending, sorted; without hidden ones [data]") {
  ScratchFolder const folder;
  for (char const* const name : {"b.bin", "a.bin", "c.txt", ".d.bin", "10.bin", "bin"})
    write_content(folder.file(name), "");
  CHECK(tet::names_in_folder(folder.path(), ".bin") == std::vector<std::string>{"10.bin", "a.bin", "b.bin"});
  CHECK(tet::names_in_folder(folder.path()).size() == 5);
  CHECK(io_error([&] { tet::names_in_folder(folder.file("absent")); }).expected() == "a readable folder");
  CHECK(io_error([&] { tet::names_in_folder(folder.file("c.txt")); }).got() == "Not a directory");
}
