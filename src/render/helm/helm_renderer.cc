#include "render/helm/helm_renderer.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/strings.h"
#include "render/helm/hook_objects.h"
#include "render/helm/recorded_host.h"
#include "render/object_reader.h"

namespace rumbo::render {
namespace {

using helm::Profile;
using helm::ReleaseOptions;

constexpr std::string_view kFields[] = {
    "releaseName", "valueFiles",           "values",      "set",      "setString",
    "profile",     "kubeVersion",          "apiVersions", "skipCrds", "skipTests",
    "skipHooks",   "skipSchemaValidation", "version"};

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

/// "./deploy/" and "deploy" name the same folder; "" is the root.
Result<std::string> folder_of(std::string_view path) {
  std::string folder;
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      return fail(Code::invalid, "path `" + printable(path, 256) + "` must not contain `..`");
    }
    folder += (folder.empty() ? "" : "/") + std::string(part);
  }
  return folder;
}

/// The path with its `..` worked out; empty if it leads out of the tree.
std::string inside_tree(const std::string& folder, std::string_view path) {
  std::vector<std::string> parts;
  const std::string whole = folder + "/" + std::string(path);
  for (const auto part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.emplace_back(part);
    } else if (parts.empty()) {
      return {};
    } else {
      parts.pop_back();
    }
  }
  return join(parts, "/");
}

/// The error of a chart in an application: there is no command line with a --debug flag here.
Error in_application(const Error& error, const std::string& path) {
  std::string message = error.message();
  std::string hint = error.hint();
  if (message.ends_with(helm::kDebugHint)) {
    message.resize(message.size() - helm::kDebugHint.size());
    hint = "`rumbo render CHART --debug` prints what the templates print";
  }
  Error out(error.code(), std::move(message), error.retry());
  if (!path.empty()) out = Error(std::move(out).with_context("chart `" + path + "`"));
  return Error(std::move(out).with_hint(std::move(hint)));
}

}  // namespace

Result<ReleaseOptions> read_helm_section(const Value& section, const std::string& ns) {
  ReleaseOptions options;
  if (!ns.empty()) options.release.ns = ns;
  if (section.is_null()) return options;
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
  options.include_crds = !TRY(flag(section, "skipCrds"));
  options.skip_tests = TRY(flag(section, "skipTests"));
  options.no_hooks = TRY(flag(section, "skipHooks"));
  options.skip_schema_validation = TRY(flag(section, "skipSchemaValidation"));
  return options;
}

Result<InputsNeeded> HelmRenderer::inputs_needed(const Snapshot&, const RenderSpec&,
                                                 const RenderInputs&) const {
  return InputsNeeded{};
}

Result<Rendered> HelmRenderer::render(const Snapshot& snapshot, const RenderSpec& spec,
                                      const RenderInputs& inputs) const {
  const std::string folder = TRY(folder_of(spec.path));
  ReleaseOptions options = TRY(read_helm_section(spec.options, spec.ns));
  const auto files = TRY(helm::read_chart_folder(snapshot, folder, options.limits));

  Rendered rendered;
  const auto read = [&](std::string_view path) -> Result<std::string> {
    const std::string place = inside_tree(folder, path);
    if (place.empty()) {
      return fail(Code::denied, "values file `" + printable(path, 256) + "` lies outside the tree");
    }
    rendered.manifest.files_read.push_back(place);
    return snapshot.read(place);
  };
  helm::RecordedHost host(inputs);
  helm::Warnings warnings(options.profile);
  auto release = helm::render_release(files, options, read, host, warnings);
  rendered.warnings = warnings.take();
  if (!release) return fail(in_application(release.error(), spec.path));
  for (const helm::ChartFile& file : files) {
    rendered.manifest.files_read.push_back(folder.empty() ? file.name : folder + "/" + file.name);
  }
  ObjectReader reader;
  if (options.include_crds) {
    for (const auto& crd : release->crds) TRY(reader.read(crd.path, crd.text));
  }
  for (const auto& object : release->manifests.objects) TRY(reader.read(object.path, object.text));
  if (!options.no_hooks) {
    for (const auto& hook : release->manifests.hooks) {
      TRY(helm::read_hook(hook, reader, rendered.warnings));
    }
  }
  rendered.manifest.objects = TRY(reader.finish(spec.ns));
  helm::mark_hooks(rendered.manifest.objects);
  for (auto& warning : reader.take_warnings()) rendered.warnings.push_back(std::move(warning));
  for (auto& warning : snapshot.warnings()) rendered.warnings.push_back(std::move(warning));
  rendered.to_record = host.recorded();
  return rendered;
}

}  // namespace rumbo::render
