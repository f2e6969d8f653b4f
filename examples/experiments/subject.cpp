// SPDX-License-Identifier: MIT
#include "subject.hpp"

#include "make_subject.hpp"

#include <tet/core/error.hpp>
#include <tet/core/file_bytes.hpp>

#include <array>
#include <cstdio>
#include <string_view>

namespace experiments {

std::unique_ptr<Subject> make_subject(Options const& options) {
  return options.dataset == "digits" ? make_digits_subject(options) : make_cifar10_subject(options);
}

std::vector<tet::EpochMetrics> read_metrics(std::string const& path) {
  auto const bytes = tet::read_file_bytes(path);
  std::string const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  std::string_view const header = tet::metrics_header;
  if (!text.starts_with(header)) throw tet::IoError(path, 0, "another first line", std::string(header));
  std::vector<tet::EpochMetrics> rows;
  for (std::size_t at = header.size(); at < text.size();) {
    std::size_t const end = text.find('\n', at);
    std::string const line = text.substr(at, end - at);
    tet::EpochMetrics m;
    std::array<char, 64> loss{};
    int used = 0;
    int const fields = std::sscanf(line.c_str(), "%td,%td,%td,%63[^,],%lf,%lf,%lf,%lf,%lf,%lf%n", &m.stage, &m.epoch,
                                   &m.timesteps, loss.data(), &m.learning_rate, &m.train_loss, &m.train_accuracy,
                                   &m.test_loss, &m.test_accuracy, &m.seconds, &used);
    if (fields != 10 || std::size_t(used) != line.size() || end == text.npos)
      throw tet::IoError(path, at, "\"" + line + "\"", "a row of " + std::string(header));
    m.loss_name = loss.data();
    rows.push_back(m);
    at = end + 1;
  }
  return rows;
}

}  // namespace experiments
