#include "render/helm/builtin_objects.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/record.h"
#include "script/convert.h"
#include "script/function.h"
#include "script/list.h"
#include "script/map.h"

namespace rumbo::render::helm {
namespace {

using script::Any;
using script::Call;
using script::Function;
using script::Kind;
using script::List;
using script::Map;
using script::Outcome;
using script::Type;
namespace types = script::types;

Outcome<Any> has_version(Call& call) {
  const List* versions = call.receiver == nullptr ? nullptr : call.receiver->list();
  if (versions == nullptr) return Any(false);
  for (std::size_t i = 0; i < versions->size(); ++i) {
    const Any version = versions->at(i);
    if (version.text() == call[0].text()) return Any(true);
  }
  return Any(false);
}

const Function* versions_method(std::string_view name) {
  static const Function kHas = Function::make("Has", "string", has_version);
  return name == "Has" ? &kHas : nullptr;
}

const Type kVersions{Kind::slice, "common.VersionSet", &types::string, &types::string_slice,
                     nullptr,     &versions_method};
const Type kVersions3{Kind::slice, "chartutil.VersionSet", &types::string, &types::string_slice,
                      nullptr,     &versions_method};

Any texts(const std::vector<std::string>& items) {
  std::vector<Any> all(items.begin(), items.end());
  return Any::list(std::move(all));
}

/// The text that a niladic method of a struct gives, from its field of that name.
Outcome<Any> git_version(Call& call) {
  const auto version = call.receiver->native()->field("Version");
  return version ? *version : Any("");
}
Outcome<Any> text_of(Call& call) {
  return Any(call.receiver->native()->printed().value_or(""));
}
const Function* kube_method(std::string_view name) {
  static const Function kGitVersion = Function::make("GitVersion", "", git_version);
  static const Function kString = Function::make("String", "", text_of);
  if (name == "GitVersion") return &kGitVersion;
  return name == "String" ? &kString : nullptr;
}

const Type kKubeVersion{Kind::structure, "common.KubeVersion", nullptr, nullptr,
                        nullptr,         &kube_method};
const Type kKubeVersion3{Kind::structure, "chartutil.KubeVersion", nullptr, nullptr, nullptr,
                         &kube_method};
const Type kHelmVersion{Kind::structure, "version.BuildInfo"};
const Type kCapabilities{Kind::pointer, "*common.Capabilities"};
const Type kCapabilities3{Kind::pointer, "*chartutil.Capabilities"};
const Type kChart3{Kind::structure, "struct { chart.Metadata; IsRoot bool }"};
const Type kMaintainer3{Kind::pointer, "*chart.Maintainer"};
const Type kDependency3{Kind::pointer, "*chart.Dependency"};
const Type kMaintainers3{Kind::slice, "[]*chart.Maintainer", &kMaintainer3};
const Type kDependencies3{Kind::slice, "[]*chart.Dependency", &kDependency3};

Any kube_version_object(const KubeVersion& kube, bool helm4) {
  auto made = script::make<Record>(
      helm4 ? kKubeVersion : kKubeVersion3,
      std::vector<Record::Field>{
          {"Version", kube.version}, {"Major", kube.major_number}, {"Minor", kube.minor_number}});
  made->set_text(helm4 ? kube.normalized : kube.version);
  made->set_printed(
      helm4 ? fmt::format("{{{} {} {} {}}}", kube.version, kube.normalized, kube.major_number,
                          kube.minor_number)
            : fmt::format("{{{} {} {}}}", kube.version, kube.major_number, kube.minor_number));
  made->set_json(
      {{"Version", kube.version}, {"Major", kube.major_number}, {"Minor", kube.minor_number}});
  if (helm4) made->set_unexported("normalizedVersion");
  return Any::native(made);
}

Any helm_version_object(const Capabilities& capabilities) {
  const std::string client = capabilities.kube_client_version;
  std::vector<Record::Field> fields{{"Version", capabilities.helm_version},
                                    {"GitCommit", ""},
                                    {"GitTreeState", "clean"},
                                    {"GoVersion", capabilities.go_version}};
  std::vector<Record::Field> json{{"version", capabilities.helm_version},
                                  {"git_tree_state", "clean"},
                                  {"go_version", capabilities.go_version}};
  if (!client.empty()) {
    fields.push_back({"KubeClientVersion", client});
    json.push_back({"kube_client_version", client});
  }
  auto made = script::make<Record>(kHelmVersion, std::move(fields));
  made->set_printed(fmt::format("{{{}  clean {}{}}}", capabilities.helm_version,
                                capabilities.go_version, client.empty() ? "" : " " + client));
  made->set_json(std::move(json));
  return Any::native(made);
}

Any string_map(const std::map<std::string, std::string>& entries) {
  if (entries.empty()) return Any::object(types::string_map, {});
  std::vector<Member> members;
  for (const auto& [key, value] : entries) members.emplace_back(key, value);
  return Any::object(types::string_map, script::make<Map>(Value::object(std::move(members))));
}

Any map_of(std::initializer_list<std::pair<std::string_view, Any>> entries) {
  auto map = script::make<Map>();
  for (const auto& [key, value] : entries) map->set(key, value);
  return Any(map);
}

Any chart_map(const Metadata& metadata, bool is_root) {
  std::vector<Any> maintainers, dependencies;
  for (const Maintainer& one : metadata.maintainers) {
    maintainers.push_back(map_of({{"Name", one.name}, {"Email", one.email}, {"URL", one.url}}));
  }
  for (const Dependency& one : metadata.dependencies.value_or(std::vector<Dependency>{})) {
    dependencies.push_back(
        map_of({{"Name", one.name},
                {"Version", one.version},
                {"Repository", one.repository},
                {"Condition", one.condition},
                {"Tags", texts(one.tags)},
                {"Enabled", one.enabled},
                {"ImportValues",
                 Any::from(one.import_values.is_null() ? Value::array() : one.import_values)},
                {"Alias", one.alias}}));
  }
  return map_of({{"Name", metadata.name},
                 {"Home", metadata.home},
                 {"Sources", texts(metadata.sources)},
                 {"Version", metadata.version},
                 {"Description", metadata.description},
                 {"Keywords", texts(metadata.keywords)},
                 {"Maintainers", Any::list(std::move(maintainers))},
                 {"Icon", metadata.icon},
                 {"APIVersion", metadata.api_version},
                 {"Condition", metadata.condition},
                 {"Tags", metadata.tags},
                 {"AppVersion", metadata.app_version},
                 {"Deprecated", metadata.deprecated},
                 {"Annotations", string_map(metadata.annotations)},
                 {"KubeVersion", metadata.kube_version},
                 {"Dependencies", Any::list(std::move(dependencies))},
                 {"Type", metadata.type},
                 {"IsRoot", is_root}});
}

/// True for what encoding/json leaves out where the struct says `omitempty`.
bool is_empty(const Any& any) {
  const Value value = script::to_value(any).value_or(Value());
  if (value.is_null() || (value.is_bool() && !value.as_bool())) return true;
  if (value.is_string()) return value.as_string().empty();
  return (value.is_array() || value.is_object()) && value.empty();
}

std::vector<Record::Field> without_empty(std::vector<Record::Field> fields) {
  std::erase_if(fields, [](const Record::Field& field) { return is_empty(field.value); });
  return fields;
}

Any typed_list(const Type& type, std::vector<Any> items) {
  return Any::object(type,
                     items.empty() ? script::Ref<List>() : script::make<List>(std::move(items)));
}

Any maintainer_struct(const Maintainer& one) {
  auto made = script::make<Record>(
      kMaintainer3,
      std::vector<Record::Field>{{"Name", one.name}, {"Email", one.email}, {"URL", one.url}});
  made->set_json(without_empty({{"name", one.name}, {"email", one.email}, {"url", one.url}}));
  return Any::native(made);
}

Any dependency_struct(const Dependency& one) {
  const Any tags = Any::strings(one.tags), imports = Any::from(one.import_values);
  auto made =
      script::make<Record>(kDependency3, std::vector<Record::Field>{{"Name", one.name},
                                                                    {"Version", one.version},
                                                                    {"Repository", one.repository},
                                                                    {"Condition", one.condition},
                                                                    {"Tags", tags},
                                                                    {"Enabled", one.enabled},
                                                                    {"ImportValues", imports},
                                                                    {"Alias", one.alias}});
  auto json = without_empty({{"name", one.name}, {"version", one.version}});
  json.push_back({"repository", one.repository});
  for (Record::Field& field : without_empty({{"condition", one.condition},
                                             {"tags", tags},
                                             {"enabled", one.enabled},
                                             {"import-values", imports},
                                             {"alias", one.alias}})) {
    json.push_back(std::move(field));
  }
  made->set_json(std::move(json));
  return Any::native(made);
}

Any chart_struct(const Metadata& metadata, bool is_root) {
  std::vector<Any> people, charts;
  for (const Maintainer& one : metadata.maintainers) people.push_back(maintainer_struct(one));
  for (const Dependency& one : metadata.dependencies.value_or(std::vector<Dependency>{})) {
    charts.push_back(dependency_struct(one));
  }
  const Any maintainers = typed_list(kMaintainers3, std::move(people));
  const Any dependencies = typed_list(kDependencies3, std::move(charts));
  const Any sources = Any::strings(metadata.sources), keywords = Any::strings(metadata.keywords);
  const Any annotations = string_map(metadata.annotations);
  auto made = script::make<Record>(
      kChart3, std::vector<Record::Field>{{"Name", metadata.name},
                                          {"Home", metadata.home},
                                          {"Sources", sources},
                                          {"Version", metadata.version},
                                          {"Description", metadata.description},
                                          {"Keywords", keywords},
                                          {"Maintainers", maintainers},
                                          {"Icon", metadata.icon},
                                          {"APIVersion", metadata.api_version},
                                          {"Condition", metadata.condition},
                                          {"Tags", metadata.tags},
                                          {"AppVersion", metadata.app_version},
                                          {"Deprecated", metadata.deprecated},
                                          {"Annotations", annotations},
                                          {"KubeVersion", metadata.kube_version},
                                          {"Dependencies", dependencies},
                                          {"Type", metadata.type},
                                          {"IsRoot", is_root}});
  auto json = without_empty({{"name", metadata.name},
                             {"home", metadata.home},
                             {"sources", sources},
                             {"version", metadata.version},
                             {"description", metadata.description},
                             {"keywords", keywords},
                             {"maintainers", maintainers},
                             {"icon", metadata.icon},
                             {"apiVersion", metadata.api_version},
                             {"condition", metadata.condition},
                             {"tags", metadata.tags},
                             {"appVersion", metadata.app_version},
                             {"deprecated", metadata.deprecated},
                             {"annotations", annotations},
                             {"kubeVersion", metadata.kube_version},
                             {"dependencies", dependencies},
                             {"type", metadata.type}});
  json.push_back({"IsRoot", is_root});
  made->set_json(std::move(json));
  return Any::native(made);
}

}  // namespace

Value metadata_json(const Metadata& metadata) {
  return script::to_value(chart_struct(metadata, true)).value_or(Value::object()).without("IsRoot");
}

Any chart_object(const Metadata& metadata, bool is_root, Profile profile) {
  return profile == Profile::helm4 ? chart_map(metadata, is_root) : chart_struct(metadata, is_root);
}

Any capabilities_object(const Capabilities& capabilities, Profile profile) {
  const bool helm4 = profile == Profile::helm4;
  std::vector<Any> versions(capabilities.api_versions.begin(), capabilities.api_versions.end());
  const Any set =
      Any::object(helm4 ? kVersions : kVersions3, script::make<List>(std::move(versions)));
  const std::vector<Record::Field> fields{
      {"KubeVersion", kube_version_object(capabilities.kube_version, helm4)},
      {"APIVersions", set},
      {"HelmVersion", helm_version_object(capabilities)}};
  auto made = script::make<Record>(helm4 ? kCapabilities : kCapabilities3, fields);
  made->set_json(fields);
  return Any::native(made);
}

Any release_object(const ReleaseFacts& release) {
  return map_of({{"Name", release.name},
                 {"Namespace", release.ns},
                 {"IsUpgrade", release.is_upgrade},
                 {"IsInstall", !release.is_upgrade},
                 {"Revision", Any::integer(1)},
                 {"Service", "Helm"}});
}

}  // namespace rumbo::render::helm
