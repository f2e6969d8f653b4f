// SPDX-License-Identifier: MIT
#include "study.hpp"

#include <tet/core/atomic_file.hpp>
#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>
#include <tet/version.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <span>
#include <string_view>

namespace experiments {

namespace {

using nlohmann::json;

/// Throws: tet::IoError for a file that is not JSON.
json read_json(std::string const& path) {
  auto const bytes = tet::read_file_bytes(path);
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  try {
    return json::parse(text);
  } catch (json::parse_error const& error) {
    throw tet::IoError(path, error.byte, "something that is not JSON", "a file that a finished run wrote");
  }
}

std::string version() {
  return std::to_string(TET_VERSION_MAJOR) + "." + std::to_string(TET_VERSION_MINOR) + "." +
         std::to_string(TET_VERSION_PATCH);
}

/// What must be the same for runs to be of one study: a list of names and values.
json identity(std::string const& experiment, Settings const& settings) {
  json list = json::array({json::array({"experiment", experiment}), json::array({"version of tet", version()})});
  for (auto const& [name, value] : settings) list.push_back({name, value});
  return list;
}

std::string word(json const& list, std::size_t i) {
  if (!list.is_array() || i >= list.size() || list[i].size() != 2 || !list[i][0].is_string() || !list[i][1].is_string())
    return "nothing";
  return list[i][0].get<std::string>() + " = " + list[i][1].get<std::string>();
}

void check_same(std::string const& path, json const& stored, json const& wanted) {
  if (stored == wanted) return;
  for (std::size_t i = 0;; ++i) {
    std::string const got = word(stored, i), expected = word(wanted, i);
    if (got != expected) throw tet::IoError(path, 0, got, expected + "; choose another folder with --out");
    if (i > wanted.size()) throw tet::IoError(path, 0, "other settings", "those of this command");
  }
}

}  // namespace

Study::Study(std::string const& folder, std::string const& experiment, Settings const& settings) : folder_(folder) {
  std::error_code error;
  std::filesystem::create_directories(path("runs"), error);
  if (error) throw tet::IoError(path("runs"), 0, error.message(), "a folder of results");
  std::string const lock = path(".lock");
  lock_ = ::open(lock.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (lock_ < 0) throw tet::IoError(lock, 0, std::strerror(errno), "a file that can be written");
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    ::close(lock_);
    throw tet::IoError(folder_, 0, "another process at work in this folder", "one at a time");
  }
  try {
    json const wanted = identity(experiment, settings);
    std::string const file = path("settings.json");
    if (tet::file_exists(file)) check_same(file, read_json(file), wanted);
    else write("settings.json", wanted.dump(1) + "\n");
  } catch (...) {
    ::close(lock_);
    throw;
  }
}

Study::~Study() { ::close(lock_); }

RunFiles Study::files(std::string const& run) const {
  std::string const stem = path("runs/" + run);
  return {.checkpoint = stem + ".ckpt", .metrics = stem + ".metrics.csv", .weights = stem + ".safetensors"};
}

json Study::run(std::string const& name, std::function<json(RunFiles const&)> const& work) {
  if (name.empty() ||
      name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != name.npos)
    tet::refuse("name of a run", "\"" + name + "\"", "letters, digits, and _.-");
  std::string const file = path("runs/" + name + ".json");
  if (tet::file_exists(file)) {
    json stored = read_json(file);
    if (!stored.is_object() || stored.value("run", "") != name || !stored.contains("result"))
      throw tet::IoError(file, 0, "another content", "the result of run " + name);
    std::fprintf(stderr, "%s: done before\n", name.c_str());
    return stored["result"];
  }
  std::fprintf(stderr, "%s\n", name.c_str());
  RunFiles const run_files = files(name);
  // A number becomes text and is read again, so that a run that is found and one that was just made are the same.
  json const result = json::parse(work(run_files).dump());
  write("runs/" + name + ".json", json{{"run", name}, {"result", result}}.dump(1) + "\n");
  std::error_code ignored;
  std::filesystem::remove(run_files.checkpoint, ignored);
  return result;
}

void Study::write(std::string const& file, std::string const& text) const {
  tet::write_atomically(path(file), std::as_bytes(std::span(text)));
}

}  // namespace experiments
