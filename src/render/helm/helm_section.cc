#include "render/helm/helm_section.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kFields[] = {
    "releaseName", "valueFiles",   "values",   "set",        "setString",   "profile",
    "kubeVersion", "apiVersions",  "skipCrds", "skipTests",  "skipHooks",   "skipSchemaValidation",
    "crds",        "freshSecrets", "lookup",   "valuesFrom", "repositories"};

tl::unexpected<Error> wrong(std::string_view field, std::string_view expected) {
  return fail(Code::invalid, fmt::format("`helm.{}` must be {}", field, expected));
}

Result<std::vector<std::string>> texts(const Value& section, std::string_view field) {
  std::vector<std::string> out;
  const Value& list = section[field];
  if (list.is_null()) return out;
  if (!list.is_array()) return wrong(field, "a list of strings");
  for (const Value& item : list.items()) {
    if (!item.is_string()) return wrong(field, "a list of strings");
    out.push_back(item.str());
  }
  return out;
}

Result<std::string> text(const Value& section, std::string_view field) {
  const Value& value = section[field];
  if (!value.is_null() && !value.is_string()) return wrong(field, "a string");
  return value.str();
}

Result<bool> flag(const Value& section, std::string_view field) {
  const Value& value = section[field];
  if (!value.is_null() && !value.is_bool()) return wrong(field, "true or false");
  return value.as_bool();
}

Result<> check_fields(const Value& section) {
  for (const Member& member : section.members()) {
    if (std::find(std::begin(kFields), std::end(kFields), member.key()) != std::end(kFields)) {
      continue;
    }
    Error error(Code::invalid, "field `helm." + printable(member.key(), 64) + "` is not known");
    const std::string_view near = closest(member.key(), kFields);
    if (near.empty()) return fail(std::move(error));
    return fail(std::move(error).with_hint("did you mean `" + std::string(near) + "`?"));
  }
  return {};
}

Result<CrdPolicy> crd_policy(const Value& section) {
  const std::string word = TRY(text(section, "crds"));
  const bool skip = TRY(flag(section, "skipCrds"));
  if (word == "skip" || (word.empty() && skip)) return CrdPolicy::skip;
  if (word == "create") return CrdPolicy::create;
  if (word.empty() || word == "create-replace") return CrdPolicy::create_replace;
  return wrong("crds", "create-replace, create or skip");
}

Result<std::vector<ValuesReference>> values_from(const Value& section, const std::string& ns) {
  std::vector<ValuesReference> out;
  const Value& list = section["valuesFrom"];
  if (list.is_null()) return out;
  constexpr const char* kShape = "a list of {kind: ConfigMap|Secret, name, key, optional}";
  if (!list.is_array()) return wrong("valuesFrom", kShape);
  for (const Value& item : list.items()) {
    const std::string kind = item["kind"].str();
    if ((kind != "ConfigMap" && kind != "Secret") || item["name"].as_string().empty()) {
      return wrong("valuesFrom", kShape);
    }
    for (const Member& member : item.members()) {
      const std::string_view key = member.key();
      if (key != "kind" && key != "name" && key != "key" && key != "optional") {
        return fail(Code::invalid,
                    "field `helm.valuesFrom[]." + printable(key, 64) + "` is not known");
      }
    }
    ValuesReference one;
    one.object = {"", kind, ns, item["name"].str()};
    one.key = item["key"].str(one.key);
    one.optional = item["optional"].as_bool();
    out.push_back(std::move(one));
  }
  return out;
}

Result<std::vector<RepositoryAccess>> repositories(const Value& section) {
  std::vector<RepositoryAccess> out;
  const Value& list = section["repositories"];
  if (list.is_null()) return out;
  constexpr const char* kShape = "a list of {repo, credentialsFile, caFile, plainHttp}";
  if (!list.is_array()) return wrong("repositories", kShape);
  for (const Value& item : list.items()) {
    if (item["repo"].as_string().empty()) return wrong("repositories", kShape);
    out.push_back({item["repo"].str(), item["credentialsFile"].str(), item["caFile"].str(),
                   item["plainHttp"].as_bool()});
  }
  return out;
}

}  // namespace

Result<HelmSection> read_helm_section(const Value& section, const std::string& ns) {
  HelmSection read;
  ReleaseOptions& options = read.release;
  if (!ns.empty()) options.release.ns = ns;
  if (section.is_null()) return read;
  if (!section.is_object()) return fail(Code::invalid, "`helm` must be a map");
  TRY(check_fields(section));
  if (section.contains("releaseName")) {
    options.release.name = TRY(text(section, "releaseName"));
  }
  const std::string profile = TRY(text(section, "profile"));
  if (profile == "helm3") {
    options.profile = Profile::helm3;
  } else if (!profile.empty() && profile != "helm4") {
    return wrong("profile", "helm4 or helm3");
  }
  options.values.files = TRY(texts(section, "valueFiles"));
  options.values.inline_values = section["values"];
  if (!section["values"].is_null() && !section["values"].is_object()) {
    return wrong("values", "a map");
  }
  options.values.set = TRY(texts(section, "set"));
  options.values.set_string = TRY(texts(section, "setString"));
  options.kube_version = TRY(text(section, "kubeVersion"));
  options.api_versions = TRY(texts(section, "apiVersions"));
  read.crds = TRY(crd_policy(section));
  options.include_crds = read.crds != CrdPolicy::skip;
  options.skip_tests = TRY(flag(section, "skipTests"));
  options.no_hooks = TRY(flag(section, "skipHooks"));
  options.skip_schema_validation = TRY(flag(section, "skipSchemaValidation"));
  const std::string secrets = TRY(text(section, "freshSecrets"));
  if (!secrets.empty() && secrets != "keep" && secrets != "renew") {
    return wrong("freshSecrets", "keep or renew");
  }
  read.renew_certificates = secrets == "renew";
  read.lookup = TRY(flag(section, "lookup"));
  read.values_from = TRY(values_from(section, options.release.ns));
  read.repositories = TRY(repositories(section));
  return read;
}

}  // namespace rumbo::render::helm
