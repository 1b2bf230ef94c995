// The rules of Chart.yaml (helm: pkg/chart/v2/lint/rules/chartfile.go).
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/semver.h"
#include "base/strings.h"
#include "codec/yaml.h"
#include "render/helm/go_value.h"
#include "render/helm/lint_parts.h"

namespace rumbo::render::helm {
namespace {

constexpr std::array<std::string_view, 18> kFields{
    "name",        "home",        "sources",     "version",      "description", "keywords",
    "maintainers", "icon",        "apiVersion",  "condition",    "tags",        "appVersion",
    "deprecated",  "annotations", "kubeVersion", "dependencies", "type",        "engine"};
constexpr std::array<std::string_view, 3> kMaintainerFields{"name", "email", "url"};
constexpr std::array<std::string_view, 8> kDependencyFields{
    "name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"};

template <std::size_t N>
std::string unknown_field(const Value& map, const std::array<std::string_view, N>& known) {
  for (const Member& member : map.members()) {
    const bool is_known = std::any_of(known.begin(), known.end(), [&](std::string_view field) {
      return to_lower(field) == to_lower(member.key());
    });
    if (!is_known || member.key() == "engine") return std::string(member.key());
  }
  return {};
}

/// The first field that Helm's types do not have, in the order of sorted keys.
std::string first_unknown(const Value& raw) {
  std::string found;
  for (const Value& one : raw["dependencies"].items()) {
    if (found.empty()) found = unknown_field(one, kDependencyFields);
  }
  for (const Value& one : raw["maintainers"].items()) {
    if (found.empty()) found = unknown_field(one, kMaintainerFields);
  }
  return found.empty() ? unknown_field(raw, kFields) : found;
}

/// The name of the Go type that encoding/json makes of it.
std::string_view go_type(const Value& value) {
  if (value.is_null()) return "<nil>";
  if (value.is_bool()) return "bool";
  if (value.is_array()) return "[]interface {}";
  return value.is_object() ? "map[string]interface {}" : "float64";
}

/// What Go's url.ParseRequestURI takes with a scheme.
bool is_request_url(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == text.npos || colon == 0 || colon + 1 == text.size()) return false;
  return text.find_first_of(" \t\n") == text.npos &&
         std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '+' || c == '-' || c == '.';
         });
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  return at != text.npos && at > 0 && text.find('.', at) != text.npos &&
         text.find_first_of(" \t") == text.npos && text.back() != '.';
}

bool is_url(std::string_view text) {
  if (text.find_first_of(" \t\n") != text.npos) return false;
  return text.find('.') != text.npos || text.find("localhost") != text.npos;
}

class ChartFileRules {
 public:
  ChartFileRules(const Value& raw, const Metadata& metadata, Messages& found)
      : raw_(raw), metadata_(metadata), found_(found) {}

  void run() {
    if (metadata_.name.empty()) {
      say(error, "name is required");
    } else if (metadata_.name.find('/') != std::string::npos) {
      say(error, fmt::format("chart name {} is invalid", go_quote(metadata_.name)));
    }
    check_api_version();
    check_type("version");
    check_version();
    check_type("appVersion");
    check_maintainers();
    check_links();
    const std::string api = raw_["apiVersion"].str();
    if (!metadata_.type.empty() && api != "v2") {
      say(error, fmt::format("chart type is not valid in apiVersion '{}'. It is valid in "
                             "apiVersion 'v2'",
                             api));
    }
    if (metadata_.dependencies && !metadata_.dependencies->empty() && api != "v2") {
      say(error, fmt::format("dependencies are not valid in the Chart file with apiVersion '{}'. "
                             "They are valid in apiVersion 'v2'",
                             api));
    }
    if (const auto version = Version::parse(metadata_.version);
        !version || version->to_string() != metadata_.version) {
      say(warning, fmt::format("version '{}' is not a valid SemVerV2", metadata_.version));
    }
  }

 private:
  void say(LintMessage::Severity severity, std::string text) {
    found_.push_back({severity, kChartFile, std::move(text)});
  }

  void check_api_version() {
    const std::string api = raw_["apiVersion"].str();
    constexpr std::string_view kEither = R"(The value must be either "v1" or "v2")";
    if (api.empty()) {
      say(error, fmt::format("apiVersion is required. {}", kEither));
    } else if (api != "v1" && api != "v2") {
      say(error, fmt::format("apiVersion '{}' is not valid. {}", api, kEither));
    }
  }

  void check_type(const char* field) {
    const Value* value = raw_.find(field);
    if (value == nullptr || value->is_string()) return;
    say(error,
        fmt::format("{} should be of type string but it's of type {}", field, go_type(*value)));
  }

  void check_version() {
    if (metadata_.version.empty()) {
      say(error, "version is required");
    } else if (!Version::parse(metadata_.version)) {
      say(error, fmt::format("version '{}' is not a valid SemVer", metadata_.version));
    }
  }

  /// The first mistake only.
  void check_maintainers() {
    if (metadata_.null_entries) return say(error, "a maintainer entry is empty");
    for (const Maintainer& one : metadata_.maintainers) {
      if (one.name.empty()) return say(error, "each maintainer requires a name");
      if (!one.email.empty() && !is_email(one.email)) {
        return say(error,
                   fmt::format("invalid email '{}' for maintainer '{}'", one.email, one.name));
      }
      if (!one.url.empty() && !is_url(one.url)) {
        return say(error, fmt::format("invalid url '{}' for maintainer '{}'", one.url, one.name));
      }
    }
  }

  void check_links() {
    const auto bad = std::find_if_not(metadata_.sources.begin(), metadata_.sources.end(),
                                      [](const std::string& one) { return is_request_url(one); });
    if (bad != metadata_.sources.end()) {
      say(error, fmt::format("invalid source URL '{}'", *bad));
    }
    if (metadata_.icon.empty()) {
      say(info, "icon is recommended");
    } else if (!is_request_url(metadata_.icon)) {
      say(error, fmt::format("invalid icon URL '{}'", metadata_.icon));
    }
  }

  const Value& raw_;
  const Metadata& metadata_;
  Messages& found_;
};

}  // namespace

void lint_chart_file(std::string_view text, const Metadata& metadata, Messages& found) {
  codec::YamlOptions options;
  options.strict = false;
  options.first_only = true;
  const Value raw = codec::parse_yaml_value(text, kChartFile, options).value_or(Value());
  const std::string unknown = first_unknown(raw);
  codec::YamlOptions strict = options;
  strict.strict = strict.go_exact = true;
  constexpr std::string_view kStrictly = "failed to strictly parse chart metadata file\n\t";
  if (const auto read = codec::parse_yaml(text, kChartFile, strict); !read) {
    found.push_back(
        {warning, kChartFile,
         fmt::format("{}error converting YAML to JSON: {}", kStrictly, read.error().to_string())});
  } else if (!unknown.empty()) {
    found.push_back({warning, kChartFile,
                     fmt::format("{}error unmarshaling JSON: while decoding JSON: json: unknown "
                                 "field {}",
                                 kStrictly, go_quote(unknown))});
  }
  ChartFileRules(raw, metadata, found).run();
}

}  // namespace rumbo::render::helm
