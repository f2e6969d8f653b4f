// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/data/dataset.hpp>

#include <memory>
#include <span>
#include <utility>

namespace tet::data {

/// Any data set behind one type, chosen at run time; a sample costs one indirect call. Copies share the set.
class AnyDataset final {
 public:
  template <Dataset Set>
  AnyDataset(Set set) : set_(std::make_shared<Held<Set> const>(std::move(set))) {}

  Index size() const { return set_->size(); }
  int classes() const { return set_->classes(); }
  Shape<3> shape() const { return set_->shape(); }
  Presentation presentation() const { return set_->presentation(); }
  Index timesteps() const { return set_->timesteps(); }
  int label(Index i) const { return set_->label(i); }
  int sample_threads() const { return set_->sample_threads(); }
  void sample(Index i, Timesteps timesteps, Draw draw, std::span<float> out) const {
    set_->sample(i, timesteps, draw, out);
  }
  std::span<float const> byte_values() const { return set_->byte_values(); }
  ImagePlacement sample_bytes(Index i, Draw draw, std::span<std::uint8_t> out) const {
    return set_->sample_bytes(i, draw, out);
  }

 private:
  struct Interface {
    virtual ~Interface() = default;
    virtual Index size() const = 0;
    virtual int classes() const = 0;
    virtual Shape<3> shape() const = 0;
    virtual Presentation presentation() const = 0;
    virtual Index timesteps() const = 0;
    virtual int label(Index i) const = 0;
    virtual int sample_threads() const = 0;
    virtual void sample(Index i, Timesteps timesteps, Draw draw, std::span<float> out) const = 0;
    virtual std::span<float const> byte_values() const = 0;
    virtual ImagePlacement sample_bytes(Index i, Draw draw, std::span<std::uint8_t> out) const = 0;
  };
  template <class Set>
  struct Held final : Interface {
    explicit Held(Set held) : set(std::move(held)) {}
    Index size() const override { return set.size(); }
    int classes() const override { return set.classes(); }
    Shape<3> shape() const override { return set.shape(); }
    Presentation presentation() const override { return set.presentation(); }
    Index timesteps() const override { return set.timesteps(); }
    int label(Index i) const override { return set.label(i); }
    int sample_threads() const override { return data::sample_threads(set); }
    void sample(Index i, Timesteps timesteps, Draw draw, std::span<float> out) const override {
      set.sample(i, timesteps, draw, out);
    }
    std::span<float const> byte_values() const override { return data::byte_values(set); }
    ImagePlacement sample_bytes([[maybe_unused]] Index i, [[maybe_unused]] Draw draw,
                                [[maybe_unused]] std::span<std::uint8_t> out) const override {
      if constexpr (ByteDataset<Set>) return set.sample_bytes(i, draw, out);
      else refuse("data::AnyDataset: images as bytes", "a set that has none", "one with byte_values()");
    }
    Set set;
  };

  std::shared_ptr<Interface const> set_;
};

static_assert(ByteDataset<AnyDataset>);

}  // namespace tet::data
