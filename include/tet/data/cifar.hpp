// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/file_bytes.hpp>
#include <tet/data/images.hpp>

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tet::data {

/// auto [train, test] = cifar10(folder);
struct ImageSplits {
  Images train;
  Images test;
};

/// CIFAR-100 has 100 fine classes in 20 coarse ones.
enum class Cifar100Labels { fine, coarse };

inline constexpr std::array<std::string_view, 10> cifar10_classes = {
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};

inline constexpr std::array<std::string_view, 100> cifar100_classes = {
    "apple",      "aquarium_fish", "baby",         "bear",       "beaver",      "bed",         "bee",
    "beetle",     "bicycle",       "bottle",       "bowl",       "boy",         "bridge",      "bus",
    "butterfly",  "camel",         "can",          "castle",     "caterpillar", "cattle",      "chair",
    "chimpanzee", "clock",         "cloud",        "cockroach",  "couch",       "crab",        "crocodile",
    "cup",        "dinosaur",      "dolphin",      "elephant",   "flatfish",    "forest",      "fox",
    "girl",       "hamster",       "house",        "kangaroo",   "keyboard",    "lamp",        "lawn_mower",
    "leopard",    "lion",          "lizard",       "lobster",    "man",         "maple_tree",  "motorcycle",
    "mountain",   "mouse",         "mushroom",     "oak_tree",   "orange",      "orchid",      "otter",
    "palm_tree",  "pear",          "pickup_truck", "pine_tree",  "plain",       "plate",       "poppy",
    "porcupine",  "possum",        "rabbit",       "raccoon",    "ray",         "road",        "rocket",
    "rose",       "sea",           "seal",         "shark",      "shrew",       "skunk",       "skyscraper",
    "snail",      "snake",         "spider",       "squirrel",   "streetcar",   "sunflower",   "sweet_pepper",
    "table",      "tank",          "telephone",    "television", "tiger",       "tractor",     "train",
    "trout",      "tulip",         "turtle",       "wardrobe",   "whale",       "willow_tree", "wolf",
    "woman",      "worm"};

inline constexpr std::array<std::string_view, 20> cifar100_coarse_classes = {"aquatic_mammals",
                                                                             "fish",
                                                                             "flowers",
                                                                             "food_containers",
                                                                             "fruit_and_vegetables",
                                                                             "household_electrical_devices",
                                                                             "household_furniture",
                                                                             "insects",
                                                                             "large_carnivores",
                                                                             "large_man-made_outdoor_things",
                                                                             "large_natural_outdoor_scenes",
                                                                             "large_omnivores_and_herbivores",
                                                                             "medium_mammals",
                                                                             "non-insect_invertebrates",
                                                                             "people",
                                                                             "reptiles",
                                                                             "small_mammals",
                                                                             "trees",
                                                                             "vehicles_1",
                                                                             "vehicles_2"};

/// Statistics of the training images.
inline Normalization cifar10_normalization() { return {{0.4914f, 0.4822f, 0.4465f}, {0.2470f, 0.2435f, 0.2616f}}; }
inline Normalization cifar100_normalization() { return {{0.5071f, 0.4865f, 0.4409f}, {0.2673f, 0.2564f, 0.2762f}}; }

namespace detail {

struct LabelByte {
  char const* name;
  int classes;
};

/// Layout of one binary file: records of some label bytes, then the planes R, G, B of 32x32 bytes.
struct CifarFormat {
  char const* name;
  std::span<LabelByte const> labels;
  std::size_t used_label;
  std::uint64_t most_records;  // of the official file; a file with fewer whole records is taken too

  static constexpr std::uint64_t image = 3 * 32 * 32;
  std::uint64_t record() const { return labels.size() + image; }
};

struct RawImages {
  std::vector<std::uint8_t> pixels;  // [N, H, W, C]
  std::vector<int> labels;
};

/// Appends the records of one file. Throws: IoError.
inline void append_cifar(RawImages& to, std::string const& path, CifarFormat const& format) {
  std::uint64_t const record = format.record();
  std::string const layout = "1 to " + std::to_string(format.most_records) + " records of " + std::to_string(record) +
                             " bytes (" + format.name + ")";
  std::uint64_t const most = format.most_records * record;
  if (auto const size = regular_file_size(path); size && *size > most)
    throw IoError(path, most, "a file of " + std::to_string(*size) + " bytes", layout);
  auto const bytes = read_file_bytes(path);
  if (bytes.empty()) throw IoError(path, 0, "an empty file", layout);
  if (std::uint64_t const rest = bytes.size() % record; rest != 0) {
    throw IoError(path, bytes.size(), "the end of the file after " + std::to_string(rest) + " bytes of a record",
                  "a whole record of " + std::to_string(record) + " bytes (" + format.name + ")");
  }
  std::size_t const count = bytes.size() / record;
  std::size_t const before = to.labels.size();
  to.labels.resize(before + count);
  to.pixels.resize((before + count) * CifarFormat::image);
  for (std::size_t n = 0; n < count; ++n) {
    auto const* const from = reinterpret_cast<std::uint8_t const*>(bytes.data()) + n * record;
    for (std::size_t k = 0; k < format.labels.size(); ++k) {
      if (from[k] >= format.labels[k].classes) {
        throw IoError(path, n * record + k, std::string(format.labels[k].name) + " " + std::to_string(from[k]),
                      "0 to " + std::to_string(format.labels[k].classes - 1));
      }
    }
    to.labels[before + n] = from[format.used_label];
    std::uint8_t const* const planes = from + format.labels.size();
    std::uint8_t* const pixels = to.pixels.data() + (before + n) * CifarFormat::image;
    for (std::size_t c = 0; c < 3; ++c)
      for (std::size_t p = 0; p < 32 * 32; ++p) pixels[p * 3 + c] = planes[c * 32 * 32 + p];
  }
}

inline Images read_cifar(std::string const& folder, std::initializer_list<char const*> files, CifarFormat const& format,
                         Normalization const& normalization) {
  RawImages raw;
  for (char const* const file : files) append_cifar(raw, folder + "/" + file, format);
  return Images({32, 32, 3}, format.labels[format.used_label].classes, std::move(raw.pixels), std::move(raw.labels),
                normalization);
}

}  // namespace detail

/// CIFAR-10 from its official binary files data_batch_1 … 5.bin and test_batch.bin.
///
/// A record is one label byte and 3,072 pixel bytes; files with fewer records than the official ones are taken too.
/// Source: https://www.cs.toronto.edu/~kriz/cifar.html, "binary version".
/// Throws: IoError for a file that is missing, empty, cut off, too long or wrongly labelled.
inline ImageSplits cifar10(std::string const& folder, Normalization const& normalization = cifar10_normalization()) {
  static constexpr detail::LabelByte label[] = {{"label", 10}};
  detail::CifarFormat const format{"CIFAR-10, binary version", label, 0, 10000};
  return {
      detail::read_cifar(
          folder, {"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin", "data_batch_4.bin", "data_batch_5.bin"},
          format, normalization),
      detail::read_cifar(folder, {"test_batch.bin"}, format, normalization)};
}

/// CIFAR-100 from its official binary files train.bin and test.bin.
///
/// A record is a coarse label, a fine label and 3,072 pixel bytes.
/// Throws: IoError as cifar10 does.
inline ImageSplits cifar100(std::string const& folder, Cifar100Labels labels = Cifar100Labels::fine,
                            Normalization const& normalization = cifar100_normalization()) {
  static constexpr detail::LabelByte bytes[] = {{"coarse label", 20}, {"fine label", 100}};
  detail::CifarFormat format{"CIFAR-100, binary version", bytes,
                             labels == Cifar100Labels::fine ? std::size_t(1) : std::size_t(0), 50000};
  Images train = detail::read_cifar(folder, {"train.bin"}, format, normalization);
  format.most_records = 10000;
  return {std::move(train), detail::read_cifar(folder, {"test.bin"}, format, normalization)};
}

}  // namespace tet::data
