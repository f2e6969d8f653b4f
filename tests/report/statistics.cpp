// SPDX-License-Identifier: MIT
#include <examples/report/statistics.hpp>
#include <examples/report/text.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

TEST_CASE("statistics: mean and sample deviation of the hand-worked table [report]") {
  std::vector<double> const values = {2, 4, 4, 4, 5, 5, 7, 9};  // squares around 5 add up to 32
  auto const s = report::statistics(values);
  CHECK(s.mean == doctest::Approx(5));
  CHECK(s.deviation == doctest::Approx(std::sqrt(32.0 / 7)));
  CHECK(s.smallest == 2);
  CHECK(s.largest == 9);
  CHECK(s.count == 8);
  std::vector<double> const one = {3.5};
  CHECK(report::statistics(one).deviation == 0);
  CHECK(report::text(report::statistics(one), 1) == "3.5");
  CHECK(report::text(s, 2) == "5.00 ± 2.14");
}

TEST_CASE("statistics: no numbers and what is no number are refused [report]") {
  std::vector<double> const none, bad = {1, std::numeric_limits<double>::quiet_NaN()};
  CHECK_THROWS_AS(report::statistics(none), std::invalid_argument);
  CHECK_THROWS_AS(report::statistics(bad), std::invalid_argument);
}

TEST_CASE("welch_t: difference over its standard error [report]") {
  std::vector<double> const a = {10, 12, 14}, b = {5, 6, 7}, same = {6, 6, 6};
  // (12 - 6) / sqrt(4/3 + 1/3)
  CHECK(report::welch_t(report::statistics(a), report::statistics(b)) == doctest::Approx(6 / std::sqrt(5.0 / 3)));
  CHECK(report::welch_t(report::statistics(b), report::statistics(a)) < 0);
  CHECK(report::welch_t(report::statistics(same), report::statistics(same)) == 0);
  std::vector<double> const one = {3.5};
  CHECK_THROWS_AS(report::welch_t(report::statistics(one), report::statistics(b)), std::invalid_argument);
}

TEST_CASE("escape: whatever a name holds, it cannot end an element or an attribute [report]") {
  CHECK(report::escape("<b a=\"1\">&'</b>") == "&lt;b a=&quot;1&quot;&gt;&amp;&#39;&lt;/b&gt;");
  CHECK(report::escape("λ = ½\n") == "λ = ½\n");
  CHECK(report::escape(std::string("a\x01"
                                   "b\0c",
                                   5)) == "a\uFFFDb\uFFFDc");
}

TEST_CASE("numbers: as text, in any size [report]") {
  struct Case {
    double value;
    char const* text;
  };
  for (auto const [value, text] :
       {Case{0, "0"}, Case{0.25, "0.25"}, Case{-1.5, "−1.5"}, Case{1234.5, "1234"}, Case{3.14159e-7, "3.14e−7"},
        Case{2e9, "2e9"}, Case{1e5, "100000"}, Case{0.1 + 0.2, "0.3"}}) {
    CAPTURE(value);
    CHECK(report::significant(value) == text);
  }
  CHECK(report::fixed(-0.004, 2) == "0.00");
  CHECK(report::fixed(-2.5, 1) == "−2.5");
  CHECK(report::fixed(std::nan(""), 1) == "n/a");
  CHECK(report::coordinate(-0.001) == "0");
  CHECK(report::coordinate(12.50) == "12.5");
  CHECK(report::length("± 3") == 3);
}

TEST_CASE("wrap: lines of words, none lost [report]") {
  CHECK(report::wrap("one two three", 7) == std::vector<std::string>{"one two", "three"});
  CHECK(report::wrap("  incomprehensibilities  a b", 4) == std::vector<std::string>{"incomprehensibilities", "a b"});
  CHECK(report::wrap("", 4).empty());
}
