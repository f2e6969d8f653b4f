// SPDX-License-Identifier: MIT
#include "publish.hpp"

#include <cstdio>
#include <string>

namespace experiments {

void add_making(report::Report& page, CommandLine const& line, Subject const& subject) {
  page.settings = line.settings();
  page.settings.emplace_back("seeds", std::to_string(line.options().seeds));
  page.settings.emplace_back("training samples", std::to_string(subject.train_samples()));
  page.settings.emplace_back("test samples", std::to_string(subject.test_samples()));
  page.command = line.command();
}

void print_claims(report::Report const& page, Study const& study) {
  for (report::Claim const& claim : page.claims)
    std::printf("%-14s %s\n               %s\n",
                claim.outcome == report::Outcome::holds ? "holds:" : "does not show:", claim.sentence.c_str(),
                claim.numbers.c_str());
  std::printf("\n%s\n", study.path("report.html").c_str());
}

}  // namespace experiments
