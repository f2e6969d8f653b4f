// SPDX-License-Identifier: MIT
#include "recording_files.hpp"

#include <tet/data/batches.hpp>
#include <tet/data/nmnist.hpp>

#include <cstdlib>
#include <filesystem>
#include <numeric>
#include <tuple>

using fixture::ScratchFolder;
using fixture::write_content;
using support::io_error;
using tet::Batch;
using tet::Index;
using tet::Timesteps;
using tet::data::Event;
using tet::data::FrameValues;
using tet::data::Recordings;
using tet::data::Slice;
using tet::data::Slicing;
namespace data = tet::data;

namespace {

/// A folder Train/0 … 9 and Test/0 … 9 of small random recordings.
struct SmallSet {
  ScratchFolder folder;
  std::vector<std::tuple<std::string, int, std::vector<Event>>> train;  // in the order of the data set

  explicit SmallSet(int per_class = 2) {
    std::uint64_t seed = 0;
    for (std::string const split : {"Train", "Test"})
      for (int label = 0; label < 10; ++label) {
        std::string const of_class = folder.file(split + "/" + std::to_string(label));
        std::filesystem::create_directories(of_class);
        for (int n = 0; n < per_class; ++n) {
          std::string const path = of_class + "/0" + std::to_string(n) + ".bin";
          auto const events = support::random_events(data::nmnist_sensor, 50 + seed % 7, seed);
          ++seed;
          write_content(path, support::recording(events));
          if (split == "Train") train.emplace_back(path, label, events);
        }
      }
  }
};

/// All values and labels of an epoch, one batch after the other.
template <class Set>
std::pair<std::vector<float>, std::vector<int>> epoch(Set const& set, data::BatchOptions const& options) {
  std::pair<std::vector<float>, std::vector<int>> all;
  for (Batch const& batch : data::batches(set, options)) {
    all.first.insert(all.first.end(), batch.values.begin(), batch.values.end());
    all.second.insert(all.second.end(), batch.labels.begin(), batch.labels.end());
  }
  return all;
}

}  // namespace

TEST_CASE("nmnist: the official layout, by class and name; samples are the files' frames [data]") {
  SmallSet const files;
  write_content(files.folder.file("Train/3/notes.txt"), "no recording");
  Slicing const slicing{.slice = Slice::duration, .frames = {4}, .amount = 900};
  auto const [train, test] = data::nmnist(files.folder.path(), slicing, FrameValues::counts);
  REQUIRE(train.size() == 20);
  CHECK(test.size() == 20);
  CHECK(train.classes() == 10);
  CHECK(train.timesteps() == 4);
  CHECK(train.shape() == tet::Shape{34, 34, 2});
  for (Index i = 0; i < train.size(); ++i) {
    CAPTURE(i);
    auto const& [path, label, events] = files.train[std::size_t(i)];
    CHECK(train.path(i) == path);
    CHECK(train.label(i) == label);
    std::vector<float> got(4 * 34 * 34 * 2), expected(got.size());
    train.sample(i, Timesteps{4}, {}, got);
    data::write_frames(events, slicing, data::nmnist_sensor, FrameValues::counts, expected);
    CHECK(got == expected);
  }
}

TEST_CASE("Recordings: a batch is [T, B, H, W, 2], and fewer timesteps are the first frames [data]") {
  SmallSet const files(1);
  auto const train = data::nmnist(files.folder.path(), {.frames = {3}}).train;
  for (Batch const& batch : data::batches(train, 4, Timesteps{2})) {
    CHECK(batch.presentation == tet::Presentation::temporal);
    CHECK(batch.timesteps == 2);
    Index const size = 34 * 34 * 2;
    for (Index b = 0; b < batch.batch_size; ++b) {
      auto const& events = std::get<2>(files.train[std::size_t(batch.labels[std::size_t(b)])]);
      std::vector<float> expected(std::size_t(3 * size));
      data::write_frames(events, {.frames = {3}}, data::nmnist_sensor, FrameValues::bits, expected);
      for (Index t = 0; t < 2; ++t)
        CHECK(std::equal(expected.begin() + t * size, expected.begin() + (t + 1) * size,
                         batch.values.begin() + (t * batch.batch_size + b) * size));
    }
  }
  CHECK_THROWS_AS(data::batches(train, 4, Timesteps{4}), std::invalid_argument);
}

TEST_CASE("Recordings: prefetch and the place where an epoch begins change no bit [data]") {
  SmallSet const files;
  auto const train = data::nmnist(files.folder.path(), {.frames = {3}}).train;
  data::BatchOptions options{
      .batch_size = 6, .timesteps = {3}, .order = data::Order::shuffled, .seed = {5}, .prefetch = 0};
  auto const plain = epoch(train, options);
  CHECK(plain.second.size() == 20);
  for (Index const prefetch : {1, 3}) {
    options.prefetch = prefetch;
    CHECK(epoch(train, options) == plain);
  }
  options.first_batch = 2;
  auto const rest = epoch(train, options);
  CHECK(std::equal(rest.first.begin(), rest.first.end(), plain.first.end() - Index(rest.first.size())));
}

TEST_CASE("Recordings: the same files in other slices [data]") {
  SmallSet const files(1);
  auto const train = data::nmnist(files.folder.path()).train;
  auto const counts = train.sliced({.slice = Slice::equal_count, .frames = {5}}, FrameValues::counts);
  CHECK(train.timesteps() == 10);
  CHECK(counts.timesteps() == 5);
  std::vector<float> values(std::size_t(5 * counts.shape().size()));
  counts.sample(7, Timesteps{5}, {}, values);
  CHECK(std::accumulate(values.begin(), values.end(), 0.0) == double(std::get<2>(files.train[7]).size()));
  CHECK_THROWS_AS(train.sliced({.frames = {0}}), std::invalid_argument);
}

TEST_CASE("nmnist: a set that is not whole is refused before the first batch [data]") {
  SmallSet const files(1);
  std::string const path = files.folder.file("Test/4/00.bin");
  auto const refused = [&] { return io_error([&] { data::nmnist(files.folder.path()); }); };
  write_content(path, "");
  CHECK(refused().path() == path);
  CHECK(refused().got() == "an empty file");
  write_content(path, support::record(0, 0, 0, 0) + "x");
  CHECK(refused().offset() == 6);
  std::filesystem::remove_all(files.folder.file("Test/4"));
  CHECK(refused().path() == files.folder.file("Test/4"));
  std::filesystem::create_directories(files.folder.file("Test/4"));
  CHECK(data::nmnist(files.folder.path()).test.size() == 9);
  for (int label = 0; label < 10; ++label)
    std::filesystem::remove(files.folder.file("Train/" + std::to_string(label) + "/00.bin"));
  CHECK(refused().path() == files.folder.file("Train"));
  CHECK(io_error([] { data::nmnist("/absent"); }).path() == "/absent/Train/0");
}

TEST_CASE("Recordings: a file that is damaged or goes away later is named by the batch that needs it [data]") {
  SmallSet const files(1);
  auto const train = data::nmnist(files.folder.path(), {.frames = {2}}).train;
  std::string const path = train.path(5);
  auto const read = [&](Index prefetch) {
    return io_error([&] { epoch(train, {.batch_size = 2, .timesteps = {2}, .prefetch = prefetch}); });
  };
  write_content(path, support::record(34, 0, 0, 0));
  for (Index const prefetch : {0, 2}) {
    CHECK(read(prefetch).path() == path);
    CHECK(read(prefetch).got() == "record 0 at x = 34, y = 0");
  }
  std::filesystem::remove(path);
  CHECK(read(2).expected() == "a readable file");
}

TEST_CASE("Recordings: labels and sensors out of range are refused [data]") {
  ScratchFolder const folder;
  write_content(folder.file("a.bin"), support::record(0, 0, 0, 0));
  for (int const label : {-1, 2})
    CHECK_THROWS_AS(Recordings({{folder.file("a.bin"), label}}, {34, 34}, 2), std::invalid_argument);
  CHECK_THROWS_AS(Recordings({{folder.file("a.bin"), 0}}, {34, 241}, 2), std::invalid_argument);
  CHECK_THROWS_AS(Recordings({}, {34, 34}, 2, {.frames = {0}}), std::invalid_argument);
  CHECK(Recordings({}, {34, 34}, 2).size() == 0);
}

TEST_CASE("nmnist: the real recordings, where TET_DATA_DIR names their parent folder [data]") {
  char const* const parent = std::getenv("TET_DATA_DIR");
  if (parent == nullptr || !std::filesystem::is_directory(std::string(parent) + "/N-MNIST")) {
    MESSAGE("skipped: TET_DATA_DIR names no folder with N-MNIST");
    return;
  }
  auto const [train, test] = data::nmnist(std::string(parent) + "/N-MNIST", {.frames = {3}}, FrameValues::counts);
  CHECK(train.size() >= 1000);
  CHECK(test.size() >= 100);
  std::vector<float> values(std::size_t(3 * train.shape().size()));
  for (Recordings const& set : {train, test}) {
    for (Index i = 0; i < std::min<Index>(set.size(), 1000); ++i) {
      CAPTURE(set.path(i));
      std::string const bytes = fixture::content_of(set.path(i));
      auto const events = data::read_events(set.path(i));
      REQUIRE(events.size() == bytes.size() / 5);  // these recordings are too short for overflow marks
      bool equal = true;
      for (std::size_t n = 0; n < events.size(); ++n) {
        Event const& e = events[n];
        equal &= support::record(e.x, e.y, e.polarity, std::uint64_t(e.t)) == bytes.substr(5 * n, 5);
      }
      CHECK(equal);
      set.sample(i, Timesteps{3}, {}, values);
      CHECK(std::accumulate(values.begin(), values.end(), 0.0) == double(events.size()));
    }
  }
}
