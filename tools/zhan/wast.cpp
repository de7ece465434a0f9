// SPDX-License-Identifier: Apache-2.0
// zhan wast: runs test scripts and counts. Links internals: scripts look into everything.
#include <fmt/format.h>
#include <fts.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <map>

#include "zhan/command.hpp"
#include "zhan/common.hpp"
#include "zhan/settings.hpp"
#include "zhan/wast_runner.hpp"

namespace zhan::cli {
namespace {

struct WastOptions {
  std::vector<std::string> paths;
  Settings settings;
  std::string failures;
  bool quiet = false;
};

/// Files that are known to fail, with the reason: "FILE: REASON" a line, # starts a comment.
class KnownFailures {
 public:
  bool read(const std::string& path) {
    std::string text;
    if (!read_file(path, text)) return false;
    for (size_t start = 0, end = 0; start < text.size(); start = end + 1) {
      end = std::min(text.find('\n', start), text.size());
      const std::string line = text.substr(start, end - start);
      const size_t colon = line.find(": ");
      if (line.empty() || line[0] == '#' || colon == std::string::npos) continue;
      m_reasons[line.substr(0, colon)] = line.substr(colon + 2);
    }
    return true;
  }
  /// By the end of the path; null if the file is not listed.
  [[nodiscard]] const std::string* reason(const std::string& file) const {
    for (const auto& [name, reason] : m_reasons)
      if (file == name || file.ends_with("/" + name)) return &reason;
    return nullptr;
  }

 private:
  std::map<std::string, std::string> m_reasons;
};

/// Features that the folders of the official suite are written for: they contradict each other.
void set_features(engine::Config& config, const std::string& file) {
  const bool descriptors = file.find("custom-descriptors") != std::string::npos;
  config.features.set(Feature::custom_descriptors, descriptors);
  if (file.find("proposals/threads") == std::string::npos) return;
  config.features.set(Feature::multi_memory, false);
  config.features.set(Feature::reference_types, false);
  config.features.set(Feature::memory64, false);
}

class Wast {
 public:
  explicit Wast(const WastOptions& options) : m_options(options) {}

  int run() {
    if (const int code = check_settings(); code != exit_ok) return code;
    if (!m_options.failures.empty() && !m_known.read(m_options.failures))
      return complain(fmt::format("--failures: cannot read '{}'", m_options.failures), exit_usage);
    std::vector<std::string> files;
    for (const std::string& path : m_options.paths) {
      const int failure = collect(path, files);
      if (failure != 0)
        return complain(fmt::format("cannot read '{}': {}", path, std::strerror(failure)));
    }
    if (files.empty()) return complain(fmt::format("no .wast file in '{}'", m_options.paths[0]));
    for (const std::string& file : files) run_file(file);
    fmt::print(
        "{} of {} files pass, {} known to fail; {} assertions passed, {} failed ({} in known "
        "files)\n",
        m_passed_files, files.size(), m_known_files, m_total.passed,
        m_total.failed + m_known_failed, m_known_failed);
    return m_bad ? exit_invalid : exit_ok;
  }

 private:
  [[nodiscard]] int check_settings() const {
    engine::Config config;
    return apply_settings(m_options.settings, [&](std::string_view key, std::string_view value) {
      const auto set = config.set(key, value);
      return set ? exit_ok : complain(set.error().to_string(), exit_usage);
    });
  }

  /// The scripts of a path, sorted; an errno if it cannot be read.
  static int collect(const std::string& path, std::vector<std::string>& files) {
    char* const roots[] = {const_cast<char*>(path.c_str()), nullptr};
    FTS* walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, nullptr);
    if (walk == nullptr) return errno;
    std::vector<std::string> found;
    int failure = 0;
    for (FTSENT* entry = fts_read(walk); entry != nullptr; entry = fts_read(walk)) {
      const std::string file = entry->fts_path;
      const int kind = entry->fts_info;
      if (kind == FTS_NS || kind == FTS_ERR || kind == FTS_DNR) failure = entry->fts_errno;
      if (entry->fts_info == FTS_F && (file == path || file.ends_with(".wast")))
        found.push_back(file);
    }
    fts_close(walk);
    std::sort(found.begin(), found.end());
    files.insert(files.end(), found.begin(), found.end());
    return failure;
  }

  void run_file(const std::string& file) {
    const std::string* reason = m_known.reason(file);
    WastCounts counts;
    std::string failure = attempt(file, reason != nullptr, counts);
    if (!failure.empty()) {
      ++counts.failed;
      ++counts.inexcusable;
      complain(fmt::format("{}: {}", file, failure));
    }
    const bool passed = counts.failed == 0;
    m_total.passed += counts.passed;
    (reason != nullptr ? m_known_failed : m_total.failed) += counts.failed;
    m_passed_files += passed;
    m_known_files += !passed && reason != nullptr;
    if (!passed && reason == nullptr) m_bad = true;
    if (counts.inexcusable > 0 && reason != nullptr) {
      m_bad = true;
      complain(fmt::format("{}: {} assertions fail that no missing instruction excuses", file,
                           counts.inexcusable));
    }
    if (passed && reason != nullptr) {
      m_bad = true;
      complain(fmt::format("{} passes now: take it from the list of failures", file));
    }
    if (m_options.quiet) return;
    if (passed)
      fmt::print("{}: {} passed\n", file, counts.passed);
    else
      fmt::print("{}: {} passed, {} failed{}\n", file, counts.passed, counts.failed,
                 reason != nullptr ? " (known: " + *reason + ")" : "");
  }

  /// Runs a script; what keeps it from running at all, or "". Tells of failures unless they are
  /// known.
  std::string attempt(const std::string& file, bool known, WastCounts& counts) {
    std::string text;
    if (!read_file(file, text)) return "cannot be read";
    const auto script = text::parse_script(text);
    if (!script) return script.error().to_string();
    engine::Config config;
    set_features(config, file);
    (void)apply_settings(m_options.settings, [&](std::string_view key, std::string_view value) {
      return config.set(key, value) ? exit_ok : exit_usage;  // checked before the first file
    });
    auto runner =
        WastRunner::create(config, [&](const text::Position& at, const std::string& what) {
          if (!known) fmt::print(stderr, "{}:{}: {}\n", file, at.line, what);
        });
    if (!runner) return runner.error().to_string();
    (*runner)->run(*script);
    counts = (*runner)->counts();
    return {};
  }

  const WastOptions& m_options;
  KnownFailures m_known;
  WastCounts m_total;
  u64 m_passed_files = 0, m_known_files = 0, m_known_failed = 0;
  bool m_bad = false;
};

}  // namespace

Command wast_command() {
  auto state = std::make_shared<WastOptions>();
  WastOptions& o = *state;
  Command command;
  command.name = "wast";
  command.summary = "Run test scripts (.wast)";
  command.operands = "PATH...";
  command.details =
      "PATH is a script, or a directory of them. Exit code 1 if an assertion fails that is not "
      "known to.\n\n"
      "Examples:\n"
      "  zhan wast script.wast\n"
      "  zhan wast --quiet --failures known.txt tests/";
  command.options = {
      Option::text("failures", 0, "FILE", o.failures,
                   "Files that are known to fail, 'FILE: REASON' a line"),
      Option::flag("quiet", 'q', o.quiet, "Print failures and totals only"),
  };
  add_setting_options(command, o.settings);
  command.run = [&o](const std::vector<std::string>& operands) {
    if (operands.empty())
      return complain("wast: no script given; write zhan wast PATH...", exit_usage);
    o.paths = operands;
    return Wast(o).run();
  };
  command.state = state;
  return command;
}

}  // namespace zhan::cli
