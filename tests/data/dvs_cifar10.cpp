// SPDX-License-Identifier: MIT
#include "support.hpp"

#include <tet/data/dvs_cifar10.hpp>

#include <filesystem>
#include <fstream>
#include <numeric>

namespace data = tet::data;

namespace {

constexpr char const* header = "#!AER-DAT2.0\r\n# This is a raw AE data file\r\n";

/// Appends an event of the camera: the two coordinates of its address, its polarity bit, its time.
std::string event(unsigned across, unsigned along, unsigned bit, unsigned t, unsigned extra = 0) {
  unsigned const address = along << 8 | across << 1 | bit | extra;
  std::string text;
  for (unsigned const word : {address, t})
    for (int shift = 24; shift >= 0; shift -= 8) text += char(word >> shift & 0xFF);
  return text;
}

std::vector<data::Event> decoded(std::string const& bytes) {
  std::vector<data::Event> events{{1, 2, 1, 3}};  // what stood there before does not matter
  data::decode_aedat2(std::as_bytes(std::span(bytes)), "a.aedat", events);
  return events;
}

}  // namespace

TEST_CASE("decode_aedat2: hand-made events, upright and in order of time; signals of the camera are left out [data]") {
  auto const events = decoded(header + event(0, 127, 1, 70000) + event(5, 3, 0, 20) + event(0, 0, 0, 30, 0x8000) +
                              event(35, 1, 0, 0x23232323));
  REQUIRE(events.size() == 3);
  CHECK(events[0] == data::Event{124, 122, 1, 20});
  CHECK(events[1] == data::Event{0, 127, 0, 70000});
  CHECK(events[2] == data::Event{126, 92, 1, 0x23232323});
}

TEST_CASE("decode_aedat2: files that are no such recording are refused where they stop making sense [data]") {
  auto const error = [](std::string const& bytes) { return support::io_error([&] { decoded(bytes); }); };
  CHECK(error("").offset() == 0);
  CHECK(error("#!AER-DAT3.1\r\n" + event(1, 1, 1, 1)).got() == "another kind of file");
  CHECK(error("#!AER-DAT2.0 and no end").got() == "the end of the file");
  CHECK(error(header).got() == "no event");
  std::string const one = header + event(1, 1, 1, 1);
  CHECK(error(one.substr(0, one.size() - 3)).got() == "the end of the file after 5 bytes of an event");
  CHECK(error(one + event(1, 1, 1, 1, 0x10000)).offset() == one.size());
}

TEST_CASE("dvs_cifar10: nine tenths of each class for training, as frames of equally many events [data]") {
  fixture::ScratchFolder const scratch;
  std::string const folder = std::filesystem::path(scratch.file("x")).parent_path().string();
  for (std::size_t c = 0; c < 10; ++c) {
    std::string const of_class = folder + "/" + std::string(data::cifar10_classes[c]);
    std::filesystem::create_directory(of_class);
    for (int n = 0; n < 10; ++n) {
      std::ofstream file(of_class + "/cifar10_" + std::to_string(n) + ".aedat", std::ios::binary);
      // Two events on one pixel of the frame, then one in another corner.
      file << header << event(127, 127, 0, 1) << event(126, 126, 0, 2) << event(0, 0, 1, 3) << event(0, 0, 1, 900);
    }
  }
  auto const [train, test] = data::dvs_cifar10(folder, tet::Timesteps{2});
  CHECK(train.size() == 90);
  CHECK(test.size() == 10);
  CHECK(train.label(89) == 9);
  CHECK(test.path(3).ends_with("cat/cifar10_9.aedat"));
  std::vector<float> frames(2 * 48 * 48 * 2, 7);
  train.sample(0, tet::Timesteps{2}, {}, frames);
  CHECK(frames[1] == 2);                    // t = 0, (0, 0), brighter
  CHECK(frames[2 * 48 * 48 * 2 - 2] == 2);  // t = 1, (47, 47), darker
  CHECK(std::accumulate(frames.begin(), frames.end(), 0.0f) == 4);
  std::filesystem::remove(folder + "/truck/cifar10_3.aedat");
  CHECK(support::io_error([&] { data::dvs_cifar10(folder); }).got() == "9 .aedat files");
}
