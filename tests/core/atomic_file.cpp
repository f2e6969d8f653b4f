// SPDX-License-Identifier: MIT
#include <tet/core/atomic_file.hpp>

#include "../support/scratch_folder.hpp"

#include <doctest/doctest.h>

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

namespace {

using fixture::content_of;
using fixture::ScratchFolder;
using fixture::write_content;
using tet::WriteStep;

constexpr WriteStep all_steps[] = {WriteStep::before_write, WriteStep::in_write,     WriteStep::after_write,
                                   WriteStep::after_sync,   WriteStep::after_rename, WriteStep::after_folder_sync};

std::span<std::byte const> bytes_of(std::string const& text) { return std::as_bytes(std::span(text)); }

/// Runs `body` in a child process and returns its wait status; a body that returns ends the child with its result.
template <class Body>
int in_child(Body body) {
  ::pid_t const child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    int result = 99;
    try {
      result = body();
    } catch (...) {
    }
    ::_exit(result);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

bool ended_with(int status, int code) { return WIFEXITED(status) && WEXITSTATUS(status) == code; }

}  // namespace

TEST_CASE("write_atomically: makes and replaces a file, passing every step once in order [core]") {
  ScratchFolder folder;
  auto const path = folder.file("a");
  for (std::string const& content : {std::string("first"), std::string(), std::string(100'001, 'x')}) {
    std::vector<WriteStep> seen;
    tet::write_atomically(path, bytes_of(content), [&](WriteStep step) { seen.push_back(step); });
    CHECK(content_of(path) == content);
    CHECK(seen == std::vector<WriteStep>(std::begin(all_steps), std::end(all_steps)));
    CHECK(folder.files() == 1);
  }
}

TEST_CASE("write_atomically: joins pieces, empty ones too, and shows half of the bytes in the middle [core]") {
  ScratchFolder folder;
  auto const path = folder.file("a");
  for (std::vector<std::string> const& texts :
       {std::vector<std::string>{"", "abc", "", "defghij", ""}, {"abcdefghij"}, {"", ""}, {}}) {
    std::vector<std::span<std::byte const>> pieces;
    std::string all;
    for (auto const& text : texts) pieces.push_back(bytes_of(text)), all += text;
    std::string half = "not seen";
    tet::write_atomically(path, pieces, [&](WriteStep step) {
      if (step == WriteStep::in_write) half = content_of(tet::temporary_name(path));
    });
    CHECK(half == all.substr(0, all.size() / 2));
    CHECK(content_of(path) == all);
  }
}

TEST_CASE("write_atomically: a file name without a folder is written to the current one [core]") {
  ScratchFolder folder;
  int const status = in_child([&] {
    if (::chdir(folder.path().c_str()) != 0) return 1;
    tet::write_atomically("plain", bytes_of("text"));
    return 0;
  });
  CHECK(ended_with(status, 0));
  CHECK(content_of(folder.file("plain")) == "text");
}

TEST_CASE(
    "write_atomically: a process killed at any step leaves the old or the new file, and the next write cleans up "
    "[core]") {
  std::string const old_content(5000, 'o'), new_content(7000, 'n'), last_content(3, 'l');
  for (bool const had_old : {true, false})
    for (WriteStep const at : all_steps)
      for (int const way : {0, 1}) {
        CAPTURE(had_old);
        CAPTURE(int(at));
        CAPTURE(way);
        ScratchFolder folder;
        auto const path = folder.file("a");
        if (had_old) write_content(path, old_content);
        int const status = in_child([&] {
          tet::write_atomically(path, bytes_of(new_content), [&](WriteStep step) {
            if (step != at) return;
            if (way == 0) ::kill(::getpid(), SIGKILL);
            ::_exit(42);
          });
          return 1;
        });
        CHECK((way == 0 ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL : ended_with(status, 42)));

        bool const renamed = at >= WriteStep::after_rename;
        CHECK(std::filesystem::exists(path) == (had_old || renamed));
        if (had_old || renamed) CHECK(content_of(path) == (renamed ? new_content : old_content));
        CHECK(std::filesystem::exists(tet::temporary_name(path)) == (at > WriteStep::before_write && !renamed));

        tet::write_atomically(path, bytes_of(last_content));
        CHECK(content_of(path) == last_content);
        CHECK(folder.files() == 1);
      }
}

TEST_CASE("write_atomically: an observer that throws leaves the old file and no temporary [core]") {
  for (WriteStep const at : all_steps) {
    CAPTURE(int(at));
    ScratchFolder folder;
    auto const path = folder.file("a");
    write_content(path, "old");
    CHECK_THROWS_AS(tet::write_atomically(path, bytes_of("new"),
                                          [&](WriteStep step) {
                                            if (step == at) throw std::logic_error("stop");
                                          }),
                    std::logic_error);
    CHECK(content_of(path) == (at >= WriteStep::after_rename ? "new" : "old"));
    CHECK(folder.files() == 1);
  }
}

TEST_CASE("write_atomically: a full disk is an IoError, keeps the old file and removes the temporary [core]") {
  ScratchFolder folder;
  auto const path = folder.file("a");
  write_content(path, "old");
  // A limit on file sizes fails writes in the same place and way as a full disk does.
  int const status = in_child([&] {
    ::signal(SIGXFSZ, SIG_IGN);
    ::rlimit const limit{4096, 4096};
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) return 1;
    try {
      tet::write_atomically(path, bytes_of(std::string(10'000, 'n')));
    } catch (tet::IoError const& error) {
      return error.path() == path && error.offset() == 4096 ? 0 : 2;
    }
    return 3;
  });
  CHECK(ended_with(status, 0));
  CHECK(content_of(path) == "old");
  CHECK(folder.files() == 1);
}

TEST_CASE("write_atomically: no folder, no permission and names that are folders are IoErrors with the path [core]") {
  ScratchFolder folder;
  auto const missing = folder.file("none/a");
  CHECK_THROWS_AS(tet::write_atomically(missing, bytes_of("x")), tet::IoError);

  std::filesystem::create_directory(folder.file("b.tmp"));
  CHECK_THROWS_AS(tet::write_atomically(folder.file("b"), bytes_of("x")), tet::IoError);

  std::filesystem::create_directory(folder.file("c"));
  CHECK_THROWS_AS(tet::write_atomically(folder.file("c"), bytes_of("x")), tet::IoError);
  CHECK_FALSE(std::filesystem::exists(folder.file("c.tmp")));

  int const status = in_child([&] {
    auto const closed = folder.file("closed");
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(folder.path(), std::filesystem::perms(0755));
    std::filesystem::permissions(closed, std::filesystem::perms(0555));
    if (::geteuid() == 0 && ::setuid(65534) != 0) return 1;  // permissions do not bind root
    try {
      tet::write_atomically(closed + "/a", bytes_of("x"));
    } catch (tet::IoError const& error) {
      return error.path() == closed + "/a" ? 0 : 2;
    }
    return 3;
  });
  CHECK(ended_with(status, 0));
}

TEST_CASE("write_atomically: does not write through a link at the temporary's name [core]") {
  ScratchFolder folder;
  write_content(folder.file("victim"), "safe");
  std::filesystem::create_symlink(folder.file("victim"), folder.file("a.tmp"));
  CHECK_THROWS_AS(tet::write_atomically(folder.file("a"), bytes_of("x")), tet::IoError);
  CHECK(content_of(folder.file("victim")) == "safe");
}

TEST_CASE("write_atomically: a second process writing the same file is refused and changes nothing [core]") {
  ScratchFolder folder;
  auto const path = folder.file("a");
  write_content(path, "old");
  tet::write_atomically(path, bytes_of("mine"), [&](WriteStep step) {
    if (step != WriteStep::in_write && step != WriteStep::after_sync) return;
    int const status = in_child([&] {
      try {
        tet::write_atomically(path, bytes_of("theirs"));
      } catch (tet::IoError const&) {
        return 0;
      }
      return 1;
    });
    CHECK(ended_with(status, 0));
  });
  CHECK(content_of(path) == "mine");
  CHECK(folder.files() == 1);
}

TEST_CASE("write_atomically: many processes writing one file at once never mix their bytes [core]") {
  ScratchFolder folder;
  auto const path = folder.file("a");
  write_content(path, std::string(20'000, 'A'));
  std::vector<::pid_t> children;
  for (int c = 0; c < 4; ++c) {
    ::pid_t const child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      int written = 0;
      for (int i = 0; i < 100'000 && written < 20; ++i) {
        try {
          tet::write_atomically(path, bytes_of(std::string(std::size_t(20'000 + c), char('a' + c))));
          ++written;
        } catch (tet::IoError const&) {
          ::usleep(100);  // another process holds it
        }
      }
      ::_exit(written == 20 ? 0 : 1);
    }
    children.push_back(child);
  }
  auto const whole = [&] {
    auto const content = content_of(path);
    return content.size() >= 20'000 && content.find_first_not_of(content[0]) == std::string::npos &&
           (content[0] == 'A' || content.size() == std::size_t(20'000 + content[0] - 'a'));
  };
  bool always_whole = true;
  for (::pid_t const child : children) {
    int status = 0;
    while (::waitpid(child, &status, WNOHANG) == 0) always_whole = always_whole && whole();
    CHECK(ended_with(status, 0));
  }
  CHECK(always_whole);
  CHECK(whole());
}
