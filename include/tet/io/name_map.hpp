// SPDX-License-Identifier: MIT
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <type_traits>
#include <utility>

namespace tet::io {

template <class Function>
concept NamingFunction = std::is_invocable_r_v<std::string, Function const&, std::string const&>;

/// Gives the name that a file uses for each of tet's tensor names.
///
/// Without anything every name is its own. A table lists {tet's name, the file's name} and leaves other names as they
/// are; every entry must be used. A function takes tet's name and returns the file's.
class NameMap {
 public:
  using Table = std::map<std::string, std::string>;

  NameMap() = default;
  NameMap(Table table) : table_(std::move(table)) {}
  NameMap(std::initializer_list<Table::value_type> entries) : table_(entries) {}
  template <NamingFunction Function>
  NameMap(Function function) : function_(std::move(function)) {}

  std::string operator()(std::string const& name) const {
    if (function_) return function_(name);
    auto const found = table_.find(name);
    return found == table_.end() ? name : found->second;
  }

  /// The table; empty for a function.
  Table const& table() const { return table_; }

 private:
  Table table_;
  std::function<std::string(std::string const&)> function_;
};

}  // namespace tet::io
