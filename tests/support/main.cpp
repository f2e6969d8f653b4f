// SPDX-License-Identifier: MIT
#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

namespace {

int started = 0;  // test cases that ran
int skipped = 0;  // those of them that said "skipped: ..."

/// Counts test cases.
struct Counter : doctest::IReporter {
  bool said_so = false;

  explicit Counter(doctest::ContextOptions const&) {}
  void report_query(doctest::QueryData const&) override {}
  void test_run_start() override {}
  void test_run_end(doctest::TestRunStats const&) override {}
  void test_case_start(doctest::TestCaseData const&) override {
    ++started;
    said_so = false;
  }
  void test_case_reenter(doctest::TestCaseData const&) override {}
  void test_case_end(doctest::CurrentTestCaseStats const&) override { skipped += said_so; }
  void test_case_exception(doctest::TestCaseException const&) override {}
  void subcase_start(doctest::SubcaseSignature const&) override {}
  void subcase_end() override {}
  void log_assert(doctest::AssertData const&) override {}
  void log_message(doctest::MessageData const& message) override {
    if (std::string_view(message.m_string.c_str()).starts_with("skipped:")) said_so = true;
  }
  void test_case_skipped(doctest::TestCaseData const&) override {}
};

REGISTER_LISTENER("counter", 1, Counter);

}  // namespace

/// CTest runs one test case per process: there 77 tells that it was skipped, and a name that matches nothing is a
/// failure.
int main(int argc, char** argv) {
  doctest::Context context(argc, argv);
  int const result = context.run();
  if (context.shouldExit() || result != 0 || std::getenv("TET_TEST_FROM_CTEST") == nullptr) return result;
  if (started == 0) {
    std::cerr << "no test case has this name\n";
    return 1;
  }
  return started == skipped ? 77 : 0;
}
