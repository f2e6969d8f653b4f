// SPDX-License-Identifier: MIT
#pragma once

#include "command_line.hpp"
#include "study.hpp"
#include "subject.hpp"

#include <examples/report/report.hpp>

namespace experiments {

/// Adds how a page was made: the settings, the seeds and samples behind its numbers, and the command.
void add_making(report::Report& page, CommandLine const& line, Subject const& subject);

/// Prints which claims of a page hold, and where it stands.
void print_claims(report::Report const& page, Study const& study);

}  // namespace experiments
