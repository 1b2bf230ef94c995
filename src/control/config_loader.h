// Reads what a user writes (rumbo.yaml, or a directory of such files) into a Config. Every mistake
// is reported with file:line:column and what to do, all of them at once.
//
// Threads: pure functions but for the reading of files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "io/filesystem.h"
#include "model/config.h"

namespace rumbo::control {

/// File names and what the files hold, in order.
using ConfigTexts = std::vector<std::pair<std::string, std::string>>;
/// A file, or all *.yaml and *.yml files right in a directory, unread.
Result<ConfigTexts> read_config_texts(io::FileSystem& files, const std::string& path);

/// A file, or all *.yaml and *.yml files right in a directory. Code::invalid lists up to 20
/// mistakes, one a line, when there are several.
Result<Config> load_config(io::FileSystem& files, const std::string& path);

/// The same from text. Relative Git paths count from the directory of `file`.
Result<Config> parse_config(std::string_view text, std::string_view file);

Result<Config> parse_config(const ConfigTexts& texts);

/// Files of a fleet repository, named by their paths in it: relative Git URLs mean `fleet`.
Result<Config> parse_config(const ConfigTexts& texts, const GitSpec& fleet);

/// Bounds of what may be read as configuration.
constexpr std::uint64_t kMostConfigBytes = 4ull << 20;  ///< of one file
constexpr std::size_t kMostConfigFiles = 1000;
/// True for the files of a directory that are configuration.
bool is_config_file(std::string_view name);

/// JSON Schema (2020-12) of one document.
Value config_schema();
/// The reference page, in Markdown.
std::string config_reference();

/// A commented rumbo.yaml to begin with: one application, one environment on this Podman host.
std::string example_config(std::string_view application = "shop",
                           std::string_view git_url = "https://git.example.com/team/shop.git",
                           std::string_view path = "deploy");

}  // namespace rumbo::control
