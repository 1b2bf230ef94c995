// The rules of what templates print, and of crds/ (helm:
// pkg/chart/v2/lint/rules/{template,crds}.go).
#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "codec/yaml.h"
#include "codec/yaml_go_error.h"
#include "render/helm/deprecations.h"
#include "render/helm/go_value.h"
#include "render/helm/lint_parts.h"
#include "render/object_checks.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kSubdomainRule =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
    "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
constexpr std::string_view kLabelRule =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
    "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
    "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
constexpr std::string_view kServiceRule =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an "
    "alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', "
    "regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

/// What Kubernetes has against a name; empty if nothing.
std::string against_name(const std::string& kind, const std::string& name) {
  const std::string lower = to_lower(kind);
  if (lower == "certificatesigningrequest") return {};
  if (lower == "role" || lower == "clusterrole" || lower == "rolebinding" ||
      lower == "clusterrolebinding") {
    if (name == "." || name == "..") return "may not be '" + name + "'";
    const std::size_t at = name.find_first_of("/%");
    return at == std::string::npos ? "" : fmt::format("may not contain '{}'", name[at]);
  }
  if (lower == "service") {
    const bool fits = is_dns_label(name) && (name[0] < '0' || name[0] > '9');
    return fits ? "" : std::string(kServiceRule);
  }
  if (lower == "namespace") return is_dns_label(name) ? "" : std::string(kLabelRule);
  return is_dns_subdomain(name) ? "" : std::string(kSubdomainRule);
}

bool needs_selector(std::string_view kind) {
  return kind == "Deployment" || kind == "ReplicaSet" || kind == "DaemonSet" ||
         kind == "StatefulSet";
}

class ObjectRules {
 public:
  ObjectRules(const std::string& name, std::string_view text, Messages& found)
      : name_(name), text_(text), found_(found) {}

  /// nullopt: it is no YAML, which has been said.
  std::optional<std::vector<codec::YamlNode>> documents() {
    codec::YamlOptions options;
    options.strict = false;
    options.go_exact = true;
    auto read = codec::parse_yaml(text_, name_, options);
    if (read) return *std::move(read);
    std::string complaint = codec::go_yaml_error(text_);
    if (complaint.empty()) complaint = "yaml: " + read.error().message();
    say(error, "unable to parse YAML: error converting YAML to JSON: " + complaint);
    return std::nullopt;
  }

  void check_indent() {
    for (const std::string_view line : split(text_, '\n')) {
      if (trim(line).empty()) continue;
      if (line[0] == ' ' || line[0] == '\t') {
        say(warning, fmt::format("document starts with an illegal indent: {}, which may cause "
                                 "parsing problems",
                                 go_quote(line)));
      }
      return;
    }
  }

  void check(const Value& object, int kubernetes_minor) {
    const std::string kind = object["kind"].str();
    const std::string name = object["metadata"]["name"].str();
    if (const std::string why = against_name(kind, name); !why.empty()) {
      say(warning, fmt::format("object name does not conform to Kubernetes naming requirements: "
                               "{0}: metadata.name: Invalid value: {0}: {1}",
                               go_quote(name), why));
    }
    const std::string old =
        deprecation_of(object["apiVersion"].as_string(), kind, kubernetes_minor);
    if (!old.empty()) say(warning, old);
    const bool selects =
        text_.find("matchLabels") != text_.npos || text_.find("matchExpressions") != text_.npos;
    if (needs_selector(kind) && !selects) {
      say(error, fmt::format("a {} must contain matchLabels or matchExpressions, and {} does not",
                             kind, go_quote(name)));
    }
    if (kind != "List") return;
    for (const Value& item : object["items"].items()) {
      if (item["metadata"]["annotations"].find("helm.sh/resource-policy") == nullptr) continue;
      return say(error, "annotation 'helm.sh/resource-policy' within List objects are ignored");
    }
  }

  void check_definition(const Value& object) {
    if (!object["apiVersion"].as_string().starts_with("apiextensions.k8s.io")) {
      say(error, "apiVersion is not in 'apiextensions.k8s.io'");
    }
    if (object["kind"].as_string() != "CustomResourceDefinition") {
      say(error, "object kind is not 'CustomResourceDefinition'");
    }
  }

 private:
  void say(LintMessage::Severity severity, std::string text) {
    found_.push_back({severity, name_, std::move(text)});
  }

  const std::string& name_;
  std::string_view text_;
  Messages& found_;
};

}  // namespace

bool lint_objects(const std::string& name, std::string_view text, int kubernetes_minor,
                  Messages& found) {
  if (trim(text).empty()) return true;
  ObjectRules rules(name, text, found);
  rules.check_indent();
  const auto documents = rules.documents();
  if (!documents) return false;
  for (const codec::YamlNode& one : *documents) {
    if (!one.value.is_null()) rules.check(one.value, kubernetes_minor);
  }
  return true;
}

bool lint_definitions(const std::string& name, std::string_view text, Messages& found) {
  ObjectRules rules(name, text, found);
  const auto documents = rules.documents();
  if (!documents) return false;
  for (const codec::YamlNode& one : *documents) {
    if (!one.value.is_null()) rules.check_definition(one.value);
  }
  return true;
}

}  // namespace rumbo::render::helm
