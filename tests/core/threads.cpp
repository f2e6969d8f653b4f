// SPDX-License-Identifier: MIT
#include <tests/support/reference.hpp>
#include <tet/core/threads.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string>

namespace {

/// Sets the environment's TET_NUM_THREADS for one scope; nullptr removes it.
class ThreadsVariable {
 public:
  explicit ThreadsVariable(char const* value) {
    if (char const* const old = std::getenv(name)) old_ = old;
    assign(value);
  }
  ~ThreadsVariable() { assign(old_ ? old_->c_str() : nullptr); }

 private:
  static constexpr char const* name = "TET_NUM_THREADS";
  static void assign(char const* value) {
    if (value != nullptr) ::setenv(name, value, 1);
    else ::unsetenv(name);
  }
  std::optional<std::string> old_;
};

}  // namespace

TEST_CASE("threads: TET_NUM_THREADS gives the number [core]") {
  for (int const n : {1, 2, 17, 4096}) {
    ThreadsVariable const set(std::to_string(n).c_str());
    CHECK(tet::detail::default_threads() == n);
  }
}

TEST_CASE("threads: without TET_NUM_THREADS there is one for each core [core]") {
  ThreadsVariable const unset(nullptr);
  CHECK(tet::detail::default_threads() == std::max(1, int(std::thread::hardware_concurrency())));
}

TEST_CASE("threads: a TET_NUM_THREADS that is no number from 1 to 4096 is refused by its text [core]") {
  for (char const* const text : {"", "0", "-1", "4097", "two", "2x", "1.5", "99999999999999999999"}) {
    CAPTURE(text);
    ThreadsVariable const set(text);
    auto const message = tet::test::message_of<std::invalid_argument>([] { tet::detail::default_threads(); });
    CHECK(tet::test::mentions(message, "TET_NUM_THREADS", "\"" + std::string(text) + "\"", "1 to 4096"));
  }
}

TEST_CASE("set_threads: the setting holds until the next one and 0 is refused [core]") {
  int const before = tet::threads();
  tet::set_threads(3);
  CHECK(tet::threads() == 3);
  for (int const n : {0, -2}) {
    auto const message = tet::test::message_of<std::invalid_argument>([&] { tet::set_threads(n); });
    CHECK(tet::test::mentions(message, "set_threads", std::to_string(n), "at least 1"));
  }
  CHECK(tet::threads() == 3);
  tet::set_threads(before);
}
