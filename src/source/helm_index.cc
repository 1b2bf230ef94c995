#include "source/helm_index.h"

#include <optional>
#include <string>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::source {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{128} << 20;
constexpr std::size_t kMaxReleases = 20'000;
constexpr std::string_view kFile = "index.yaml";

codec::YamlOptions yaml_options() {
  codec::YamlOptions options;
  options.strict = false;
  options.first_only = true;
  options.limits.max_bytes = kMaxBytes;
  options.limits.max_nodes = 5'000'000;
  return options;
}

std::size_t indent_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of(' ');
  return at == std::string_view::npos ? line.size() : at;
}

bool says_nothing(std::string_view line) {
  const std::string_view text = trim(line);
  return text.empty() || text.starts_with('#');
}

/// "name" of a line `name:`, with or without quotes; empty if the line is anything else.
std::string_view key_of_line(std::string_view line) {
  std::string_view text = trim(line);
  if (!text.ends_with(':')) return {};
  text.remove_suffix(1);
  if (text.size() >= 2 && (text.front() == '"' || text.front() == '\'') &&
      text.back() == text.front()) {
    text = text.substr(1, text.size() - 2);
  }
  return text.find_first_of(": ") == std::string_view::npos ? text : std::string_view();
}

/// Finds one chart's list by the indentation that Helm and all known tools write.
class Cutter {
 public:
  explicit Cutter(std::string_view text) : rest_(text) {}

  struct Found {
    std::string_view block;               ///< the list below the chart's name
    std::vector<std::string_view> names;  ///< of all charts before it, or of all
  };

  /// nullopt: the text has another form and must be parsed as a whole.
  std::optional<Found> find(std::string_view chart) {
    if (!skip_to_entries()) return std::nullopt;
    Found found;
    std::optional<std::size_t> level;
    while (!rest_.empty()) {
      const std::string_view line = next();
      if (says_nothing(line)) continue;
      const std::size_t indent = indent_of(line);
      if (indent == 0) break;  // the next field of the document
      if (!level) level = indent;
      if (indent < *level) return std::nullopt;
      if (indent > *level || line[indent] == '-') continue;
      const std::string_view name = key_of_line(line);
      if (name.empty()) return std::nullopt;
      found.names.push_back(name);
      if (name != chart) continue;
      found.block = block(*level);
      return found;
    }
    if (found.names.empty()) return std::nullopt;
    return found;
  }

 private:
  std::string_view next() {
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    return line;
  }

  bool skip_to_entries() {
    while (!rest_.empty()) {
      const std::string_view line = next();
      if (line.starts_with("entries:") && says_nothing(line.substr(8))) return true;
    }
    return false;
  }

  std::string_view block(std::size_t level) {
    const char* begin = rest_.data();
    const char* end = begin;
    while (!rest_.empty()) {
      const std::string_view line = next();
      if (!says_nothing(line)) {
        const std::size_t indent = indent_of(line);
        if (indent < level || (indent == level && line[indent] != '-')) break;
      }
      end = line.data() + line.size();
    }
    return {begin, static_cast<std::size_t>(end - begin)};
  }

  std::string_view rest_;
};

std::vector<ChartRelease> releases_of(const Value& list) {
  std::vector<ChartRelease> out;
  for (const Value& entry : list.items()) {
    ChartRelease one;
    one.version = entry["version"].str();
    one.app_version = entry["appVersion"].str();
    one.digest = normal_digest(entry["digest"].as_string());
    for (const Value& url : entry["urls"].items()) {
      if (url.is_string() && !url.as_string().empty()) one.urls.push_back(url.str());
    }
    if (one.version.empty() || one.urls.empty()) continue;
    out.push_back(std::move(one));
    if (out.size() == kMaxReleases) break;
  }
  return out;
}

tl::unexpected<Error> unknown_chart(std::string_view chart,
                                    const std::vector<std::string_view>& names) {
  Error error(Code::not_found, "the repository has no chart `" + printable(chart, 64) + "`");
  const std::string_view near = closest(chart, names);
  if (near.empty()) return fail(std::move(error));
  return fail(std::move(error).with_hint("did you mean `" + printable(near, 64) + "`?"));
}

Result<Value> parse_whole(std::string_view text) {
  if (trim(text).starts_with('{')) {
    codec::JsonLimits limits;
    limits.max_bytes = kMaxBytes;
    return codec::parse_json(text, limits, kFile);
  }
  return codec::parse_yaml_value(text, kFile, yaml_options());
}

}  // namespace

Result<std::vector<ChartRelease>> read_index(std::string_view text, std::string_view chart) {
  if (text.size() > kMaxBytes) {
    return fail(Code::too_large, "index.yaml exceeds " + std::to_string(kMaxBytes) + " bytes");
  }
  if (const auto found = Cutter(text).find(chart)) {
    if (found->block.empty()) return unknown_chart(chart, found->names);
    auto list = codec::parse_yaml_value(found->block, kFile, yaml_options());
    if (list && list->is_array()) return releases_of(*list);
  }
  const Value index = TRY(parse_whole(text));
  if (!index["entries"].is_object()) {
    return fail(Error(Code::invalid, "this is no index of a Helm repository: it has no `entries`")
                    .with_hint("the URL must be that of the folder which holds index.yaml"));
  }
  if (const Value* list = index["entries"].find(chart)) return releases_of(*list);
  std::vector<std::string_view> names;
  for (const Member& one : index["entries"].members()) names.push_back(one.key());
  return unknown_chart(chart, names);
}

}  // namespace rumbo::source
