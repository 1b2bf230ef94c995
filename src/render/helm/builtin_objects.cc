#include "render/helm/builtin_objects.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/record.h"
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
  made->set_json(Value::object(
      {{"Version", kube.version}, {"Major", kube.major_number}, {"Minor", kube.minor_number}}));
  return Any::native(made);
}

Any helm_version_object(const Capabilities& capabilities) {
  const std::string client = capabilities.kube_client_version;
  std::vector<Record::Field> fields{{"Version", capabilities.helm_version},
                                    {"GitCommit", ""},
                                    {"GitTreeState", "clean"},
                                    {"GoVersion", capabilities.go_version}};
  std::vector<Member> json{{"version", capabilities.helm_version},
                           {"git_tree_state", "clean"},
                           {"go_version", capabilities.go_version}};
  if (!client.empty()) {
    fields.push_back({"KubeClientVersion", client});
    json.emplace_back("kube_client_version", client);
  }
  auto made = script::make<Record>(kHelmVersion, std::move(fields));
  made->set_printed(fmt::format("{{{}  clean {}{}}}", capabilities.helm_version,
                                capabilities.go_version, client.empty() ? "" : " " + client));
  made->set_json(Value::object(std::move(json)));
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

/// The members that encoding/json leaves in: those that are not empty.
Value without_empty(std::vector<Member> members) {
  std::erase_if(members, [](const Member& member) {
    const Value& value = member.value;
    if (value.is_null() || (value.is_bool() && !value.as_bool())) return true;
    if (value.is_string()) return value.as_string().empty();
    return (value.is_array() || value.is_object()) && value.empty();
  });
  return Value::object(std::move(members));
}

Value value_list(const std::vector<std::string>& items) {
  return Value::array(std::vector<Value>(items.begin(), items.end()));
}

Value maintainer_json(const Maintainer& one) {
  return without_empty({{"name", one.name}, {"email", one.email}, {"url", one.url}});
}

Value dependency_json(const Dependency& one) {
  return without_empty({{"name", one.name},
                        {"version", one.version},
                        {"condition", one.condition},
                        {"tags", value_list(one.tags)},
                        {"enabled", one.enabled},
                        {"import-values", one.import_values},
                        {"alias", one.alias}})
      .with("repository", one.repository);
}

Any typed_list(const Type& type, std::vector<Any> items) {
  return Any::object(type,
                     items.empty() ? script::Ref<List>() : script::make<List>(std::move(items)));
}

Any chart_struct(const Metadata& metadata, bool is_root) {
  std::vector<Any> maintainers, dependencies;
  for (const Maintainer& one : metadata.maintainers) {
    auto made = script::make<Record>(
        kMaintainer3,
        std::vector<Record::Field>{{"Name", one.name}, {"Email", one.email}, {"URL", one.url}});
    made->set_json(maintainer_json(one));
    maintainers.push_back(Any::native(made));
  }
  for (const Dependency& one : metadata.dependencies.value_or(std::vector<Dependency>{})) {
    auto made = script::make<Record>(
        kDependency3, std::vector<Record::Field>{{"Name", one.name},
                                                 {"Version", one.version},
                                                 {"Repository", one.repository},
                                                 {"Condition", one.condition},
                                                 {"Tags", Any::strings(one.tags)},
                                                 {"Enabled", one.enabled},
                                                 {"ImportValues", Any::from(one.import_values)},
                                                 {"Alias", one.alias}});
    made->set_json(dependency_json(one));
    dependencies.push_back(Any::native(made));
  }
  auto made = script::make<Record>(
      kChart3, std::vector<Record::Field>{
                   {"Name", metadata.name},
                   {"Home", metadata.home},
                   {"Sources", Any::strings(metadata.sources)},
                   {"Version", metadata.version},
                   {"Description", metadata.description},
                   {"Keywords", Any::strings(metadata.keywords)},
                   {"Maintainers", typed_list(kMaintainers3, std::move(maintainers))},
                   {"Icon", metadata.icon},
                   {"APIVersion", metadata.api_version},
                   {"Condition", metadata.condition},
                   {"Tags", metadata.tags},
                   {"AppVersion", metadata.app_version},
                   {"Deprecated", metadata.deprecated},
                   {"Annotations", string_map(metadata.annotations)},
                   {"KubeVersion", metadata.kube_version},
                   {"Dependencies", typed_list(kDependencies3, std::move(dependencies))},
                   {"Type", metadata.type},
                   {"IsRoot", is_root}});
  made->set_json(metadata_json(metadata).with("IsRoot", is_root));
  return Any::native(made);
}

}  // namespace

Value metadata_json(const Metadata& metadata) {
  std::vector<Value> maintainers, dependencies;
  for (const Maintainer& one : metadata.maintainers) maintainers.push_back(maintainer_json(one));
  if (metadata.dependencies) {
    for (const Dependency& one : *metadata.dependencies) {
      dependencies.push_back(dependency_json(one));
    }
  }
  std::vector<Member> annotations;
  for (const auto& [key, value] : metadata.annotations) annotations.emplace_back(key, value);
  return without_empty({{"name", metadata.name},
                        {"home", metadata.home},
                        {"sources", value_list(metadata.sources)},
                        {"version", metadata.version},
                        {"description", metadata.description},
                        {"keywords", value_list(metadata.keywords)},
                        {"maintainers", Value::array(std::move(maintainers))},
                        {"icon", metadata.icon},
                        {"apiVersion", metadata.api_version},
                        {"condition", metadata.condition},
                        {"tags", metadata.tags},
                        {"appVersion", metadata.app_version},
                        {"deprecated", metadata.deprecated},
                        {"annotations", Value::object(std::move(annotations))},
                        {"kubeVersion", metadata.kube_version},
                        {"dependencies", Value::array(std::move(dependencies))},
                        {"type", metadata.type}});
}

Any chart_object(const Metadata& metadata, bool is_root, Profile profile) {
  return profile == Profile::helm4 ? chart_map(metadata, is_root) : chart_struct(metadata, is_root);
}

Any capabilities_object(const Capabilities& capabilities, Profile profile) {
  const bool helm4 = profile == Profile::helm4;
  std::vector<Any> versions(capabilities.api_versions.begin(), capabilities.api_versions.end());
  const Any set =
      Any::object(helm4 ? kVersions : kVersions3, script::make<List>(std::move(versions)));
  auto made = script::make<Record>(
      helm4 ? kCapabilities : kCapabilities3,
      std::vector<Record::Field>{
          {"KubeVersion", kube_version_object(capabilities.kube_version, helm4)},
          {"APIVersions", set},
          {"HelmVersion", helm_version_object(capabilities)}});
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
