// SPDX-License-Identifier: MIT
#pragma once

#include <tet/core/error.hpp>
#include <tet/core/tensor_info.hpp>
#include <tet/io/name_map.hpp>
#include <tet/io/safetensors_file.hpp>
#include <tet/io/safetensors_writer.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tet::io {

/// A model whose state is a list of named tensors.
///
/// `get` and `set` speak of values in PyTorch's order, whatever the model's own. `set` does not fail for a span of as
/// many values as the tensor's shape has; so a load that has checked everything cannot stop half-way.
template <class Model>
concept NamedTensorModel = std::floating_point<typename Model::Scalar> &&
    requires(Model& model, Model const& constant, TensorInfo const& info,
             std::span<typename Model::Scalar const> values) {
  { constant.tensors() } -> std::same_as<std::vector<TensorInfo>>;
  { constant.get(info) } -> std::same_as<std::vector<typename Model::Scalar>>;
  model.set(info, values);
  { constant.batches_tracked() } -> std::convertible_to<std::int64_t>;
};

/// What a load does with tensors of the file that the model does not have.
enum class ExtraTensors { refused, ignored };

namespace detail {

/// A key of the table that is no tensor of the model is a mistake of its writer; it would otherwise have no effect.
inline void check_keys(NameMap const& names, std::vector<TensorInfo> const& infos, std::string const& path) {
  for (auto const& [ours, theirs] : names.table())
    if (std::none_of(infos.begin(), infos.end(), [&](auto const& info) { return info.name == ours; }))
      throw IoError(path, 0, "a name map from " + in_quotes(ours) + " to " + in_quotes(theirs),
                    "a tensor of the model on the left of each entry; the model has none of that name");
}

/// The file's names that no tensor of the model has, for the text of an error.
inline std::string unknown_names(SafetensorsFile const& file, std::vector<TensorInfo> const& infos,
                                 NameMap const& names) {
  std::set<std::string> known;
  for (auto const& info : infos) known.insert(names(info.name));
  std::string text;
  int count = 0;
  for (auto const& tensor : file.tensors()) {
    if (known.contains(tensor.name())) continue;
    if (++count <= 8) text += (text.empty() ? "" : ", ") + in_quotes(tensor.name());
  }
  return count == 0 ? "none" : text + (count > 8 ? ", … (" + std::to_string(count) + ")" : "");
}

template <class Scalar>
std::vector<Scalar> checked_values(SafetensorsTensor const& tensor, TensorInfo const& info, std::string const& path) {
  std::string const of = " for tensor " + in_quotes(tensor.name());
  if (tensor.shape() != info.shape)
    throw IoError(path, tensor.offset(), "shape " + text_of(tensor.shape()) + of,
                  text_of(info.shape) + ", the model's " + in_quotes(info.name));
  auto values = tensor.template values<Scalar>();
  for (std::size_t i = 0; i < values.size(); ++i)
    if (!std::isfinite(values[i]))
      throw IoError(path, tensor.offset() + i * std::uint64_t(size_of(tensor.dtype())),
                    std::to_string(values[i]) + of + " at index " + std::to_string(i), "a finite number");
  return values;
}

}  // namespace detail

/// Sets every parameter and statistic of the model from the file.
///
/// Values of F64, F32, F16 and BF16 are rounded to the model's Scalar. Counters (num_batches_tracked) may be there or
/// not, and are not read. Everything is checked and converted first: after a throw the model is as it was.
/// Throws: IoError, naming the tensor that is missing, unknown to the model, of another shape or dtype, or not finite.
template <NamedTensorModel Model>
void load_safetensors(Model& model, SafetensorsFile const& file, NameMap const& names = {},
                      ExtraTensors extra = ExtraTensors::refused) {
  using Scalar = typename Model::Scalar;
  auto const infos = std::as_const(model).tensors();
  detail::check_keys(names, infos, file.path());

  std::vector<std::pair<TensorInfo const*, std::vector<Scalar>>> loaded;
  std::set<std::string> used;
  for (auto const& info : infos) {
    auto const name = names(info.name);
    if (!used.insert(name).second)
      throw IoError(file.path(), 0, detail::in_quotes(name) + " for a second tensor, " + detail::in_quotes(info.name),
                    "another tensor of the file for each of the model");
    auto const* const tensor = file.find(name);
    bool const optional = info.role == TensorRole::counter && !names.table().contains(info.name);
    if (tensor == nullptr && !optional)
      throw IoError(file.path(), 0,
                    "no tensor " + detail::in_quotes(name) +
                        "; tensors the model does not know: " + detail::unknown_names(file, infos, names),
                    "one of shape " + text_of(info.shape) + ", the model's " + detail::in_quotes(info.name));
    if (info.role == TensorRole::counter) continue;
    loaded.emplace_back(&info, detail::checked_values<Scalar>(*tensor, info, file.path()));
  }
  if (extra == ExtraTensors::refused)
    for (auto const& tensor : file.tensors())
      if (!used.contains(tensor.name()))
        throw IoError(file.path(), tensor.offset(),
                      "tensor " + detail::in_quotes(tensor.name()) + " of shape " + text_of(tensor.shape()),
                      "only tensors of the model, which has none of that name");

  for (auto const& [info, values] : loaded) model.set(*info, std::span<Scalar const>(values));
}

template <NamedTensorModel Model>
void load_safetensors(Model& model, std::string const& path, NameMap const& names = {},
                      ExtraTensors extra = ExtraTensors::refused) {
  load_safetensors(model, SafetensorsFile::read(path), names, extra);
}

/// Writes every tensor of the model, counters included, in the model's Scalar. The file at `path` is replaced whole or
/// not at all.
///
/// Throws: NumericError when a value is not finite (such a file could never be loaded); IoError when it cannot be
/// written, or when an entry of the name table is no tensor of the model.
template <NamedTensorModel Model>
void save_safetensors(Model const& model, std::string const& path, NameMap const& names = {},
                      WriteObserver const& observer = {}) {
  using Scalar = typename Model::Scalar;
  auto const infos = model.tensors();
  detail::check_keys(names, infos, path);
  std::vector<NamedTensor> tensors;
  for (auto const& info : infos) {
    if (info.role == TensorRole::counter) {
      std::int64_t const count = model.batches_tracked();
      tensors.push_back(NamedTensor::of(names(info.name), {}, std::span<std::int64_t const>(&count, 1)));
      continue;
    }
    auto const values = model.get(info);
    auto const bad = std::find_if(values.begin(), values.end(), [](Scalar v) { return !std::isfinite(v); });
    if (bad != values.end())
      throw NumericError("tet: save_safetensors: " + std::to_string(*bad) + " in tensor " +
                         detail::in_quotes(info.name) + " at index " + std::to_string(bad - values.begin()) + "; " +
                         path + " is not written");
    tensors.push_back(NamedTensor::of(names(info.name), info.shape, std::span<Scalar const>(values)));
  }
  write_safetensors(path, tensors, {{"format", "pt"}}, observer);
}

}  // namespace tet::io
