// SPDX-License-Identifier: MIT
#include <examples/report/report.hpp>
#include <tests/support/scratch_folder.hpp>

#include <doctest/doctest.h>

#include <cmath>
#include <map>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

report::Grid small_grid() {
  report::Grid grid{.x = {-1, 0, 1}, .y = {-1, 0, 1}, .values = {}};
  for (double const y : grid.y)
    for (double const x : grid.x) grid.values.push_back(1 + x * x + 2 * y * y);
  return grid;
}

/// One picture of each kind, named by words that must be escaped.
std::vector<report::Picture> pictures() {
  report::Axis const x{.label = "x <a>"}, y{.label = "y & z (%)"};
  double const nan = std::nan("");
  return {{"line", svg(report::LineChart{.title = "lines \"1\"",
                                         .x = x,
                                         .y = {.label = "loss", .scale = report::Scale::logarithmic},
                                         .series = {{"SDT <1>", {1, 2, 3, 4}, {2, nan, 0.5, -1}, {1, 1, 1, 1}},
                                                    {"TET", {1, 2}, {1, 2}, {}, report::Style::points}},
                                         .vertical = {{2.5, "switch & go"}}})},
          {"bars", svg(report::BarChart{
                       .title = "bars", .y = y, .groups = {"a group", "b"}, .series = {{"s", {3, -1}, {0.5, 0}}}})},
          {"histogram",
           svg(report::Histogram{.title = "histogram", .x = x, .y = y, .edges = {0, 1, 2}, .series = {{"s", {3, 5}}}})},
          {"map", svg(report::HeatMap{.title = "map",
                                      .x = x,
                                      .y = y,
                                      .value = {.label = "loss"},
                                      .grid = small_grid(),
                                      .mark_x = 0,
                                      .mark_y = 0})},
          {"surface",
           svg(report::Surface{.title = "surface", .x = x, .y = y, .value = {.label = "loss"}, .grid = small_grid()})}};
}

/// Whether tags open and close in order, attributes are quoted, and no "<" or "&" stands alone.
bool well_formed(std::string const& text) {
  std::vector<std::string> open;
  std::regex const token(
      R"(<(/?)([A-Za-z][A-Za-z0-9]*)((?:\s+[A-Za-z][A-Za-z0-9:-]*="[^"<]*")*)\s*(/?)>|<|&(?!(?:amp|lt|gt|quot|#39);))");
  for (std::sregex_iterator it(text.begin(), text.end(), token), end; it != end; ++it) {
    auto const& m = *it;
    if (!m[2].matched) return false;
    if (m[4].length() > 0) continue;
    if (m[1].length() == 0) open.push_back(m[2]);
    else if (open.empty() || open.back() != m[2]) return false;
    else open.pop_back();
  }
  return open.empty();
}

report::Report page() {
  report::Report r{.title = "A <title>",
                   .question = "Is 1 < 2?",
                   .claims = {},
                   .body = {},
                   .settings = {{"T", "4"}},
                   .command = "run --out 'a b'"};
  r.claims.push_back({"TET is better", report::Outcome::holds, "85 > 82"});
  r.claims.push_back({"SDT is better", report::Outcome::does_not_show, "82 < 85"});
  r.heading("Part & parcel");
  r.paragraph("words");
  r.figure("all kinds", pictures());
  r.table({"numbers", {"method", "accuracy, %"}, {{"SDT", "82"}, {"\"TET\"", "85"}}, "numbers"});
  return r;
}

}  // namespace

TEST_CASE("svg: every kind of figure is well-formed and has its labels [report]") {
  for (auto const& [name, text] : pictures()) {
    CAPTURE(name);
    CHECK(well_formed(text));
    CHECK(text.find("nan") == text.npos);
    CHECK(text.find("inf") == text.npos);
    CHECK(text.starts_with("<svg xmlns="));
    std::regex const small("font-size=\"(1[0-3]|[0-9])(\\.[0-9]+)?\"");
    CHECK_FALSE(std::regex_search(text, small));
  }
  auto const line = pictures()[0].svg;
  for (char const* const word : {"x &lt;a&gt;", "SDT &lt;1&gt;", "switch &amp; go", "lines &quot;1&quot;", ">loss<"})
    CHECK(line.find(word) != line.npos);
  CHECK_FALSE(well_formed("<svg><g></svg></g>"));
  CHECK_FALSE(well_formed("<p>1 & 2</p>"));
}

TEST_CASE("svg: lists of different lengths are refused by the series' name [report]") {
  CHECK_THROWS_WITH_AS(
      svg(report::LineChart{.title = "t", .x = {"x"}, .y = {"y"}, .series = {{"odd one", {1, 2}, {1}}}}),
      doctest::Contains("odd one"), std::invalid_argument);
  CHECK_THROWS_WITH_AS(
      svg(report::BarChart{.title = "t", .y = {"y"}, .groups = {"a"}, .series = {{"odd one", {1, 2}}}}),
      doctest::Contains("odd one"), std::invalid_argument);
  CHECK_THROWS_AS(svg(report::Histogram{.title = "t", .x = {"x"}, .y = {"y"}, .edges = {1}, .series = {}}),
                  std::invalid_argument);
}

TEST_CASE("html: one document with everything inside, which asks nothing of a network [report]") {
  std::string const text = html(page());
  std::string body = text.substr(text.find("<body>"));
  body.erase(body.find("</html>"));
  CHECK(well_formed(body));
  CHECK(text.find("width=device-width") != text.npos);
  std::string const without_names = std::regex_replace(text, std::regex("xmlns=\"http://www.w3.org/2000/svg\""), "");
  for (char const* const outside : {"http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"})
    CHECK(without_names.find(outside) == without_names.npos);
  for (char const* const word : {"A &lt;title&gt;", "Is 1 &lt; 2?", "holds here", "does not show here",
                                 "&quot;TET&quot;", "run --out &#39;a b&#39;"})
    CHECK(text.find(word) != text.npos);
  std::size_t figures = 0;
  for (std::size_t at = 0; (at = text.find("<svg xmlns", at)) != text.npos; ++at) ++figures;
  CHECK(figures == 5);
}

TEST_CASE("html: a table whose rows do not fit is refused [report]") {
  report::Report r = page();
  r.table({"odd", {"a", "b"}, {{"1"}}});
  CHECK_THROWS_WITH_AS(html(r), doctest::Contains("odd"), std::invalid_argument);
}

TEST_CASE("write: page and figures, and nothing else; two figures of one name are refused first [report]") {
  fixture::ScratchFolder const folder;
  report::Report r = page();
  write(r, folder.path());
  CHECK(fixture::content_of(folder.file("report.html")) == html(r));
  for (auto const& [name, text] : pictures())
    CHECK(fixture::content_of(folder.file("figures/" + name + ".svg")) == text);
  CHECK(fixture::content_of(folder.file("numbers.csv")).ends_with("\"\"\"TET\"\"\",85\n"));
  CHECK(folder.files() == 3);
  r.figure("again", {pictures()[0]});
  fixture::ScratchFolder const other;
  CHECK_THROWS_AS(write(r, other.path()), std::invalid_argument);
  CHECK(other.files() == 0);
}

TEST_CASE("csv: cells with commas, quotes and line ends are quoted [report]") {
  CHECK(report::csv({"", {"a", "b"}, {{"1,5", "say \"x\""}, {"two\nlines", ""}}}) ==
        "a,b\n\"1,5\",\"say \"\"x\"\"\"\n\"two\nlines\",\n");
}
