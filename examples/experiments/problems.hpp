// SPDX-License-Identifier: MIT
#pragma once

#include "options.hpp"

#include <examples/digits/digits_dataset.hpp>
#include <examples/digits/event_camera.hpp>
#include <examples/digits/network.hpp>

#include <tet/data/cifar.hpp>
#include <tet/data/subset.hpp>
#include <tet/zoo/cifar_small.hpp>

#include <utility>

namespace experiments {

/// Training and test samples.
template <class Set>
struct Split {
  Set train;
  Set test;
};

/// The first `count` samples; 0 stands for all.
/// Throws: std::invalid_argument where there are fewer.
template <class Set>
tet::data::Subset<Set> some(Set set, long count) {
  tet::Index const samples = count > 0 ? count : set.size();
  return tet::data::first(std::move(set), samples);
}

/// Handwritten digits seen by a simulated event camera; the same recordings whatever a run's seed.
struct Digits {
  using Net = digits::Net;
  using Set = tet::data::Subset<tet::data::Frames>;

  static Split<Set> data(Options const& o) {
    auto all = digits::record_digits(digits::read_digits(TET_EXAMPLES_DATA_DIR "/digits.txt"),
                                     digits::EventCamera{.seed = {1}});
    return {some(std::move(all.train), o.train_samples), some(std::move(all.test), o.test_samples)};
  }
};

/// CIFAR-10 with random crops and flips in training.
struct Cifar10 {
  using Net = tet::zoo::CifarSmall<>;
  using Set = tet::data::Subset<tet::data::Images>;

  static Split<Set> data(Options const& o) {
    auto all = tet::data::cifar10(o.data);
    auto train = all.train.augmented({.crop_padding = 4, .flip = tet::data::Flip::horizontal});
    return {some(std::move(train), o.train_samples), some(std::move(all.test), o.test_samples)};
  }
};

}  // namespace experiments
