#include "render/helm/release.h"

#include <algorithm>
#include <fmt/format.h>

#include "base/semver.h"
#include "base/strings.h"
#include "render/helm/chart_loader.h"
#include "render/helm/coalesce.h"
#include "render/helm/dependencies.h"
#include "render/helm/go_value.h"
#include "render/helm/helmignore.h"
#include "render/helm/values_schema.h"

namespace rumbo::render::helm {
namespace {

constexpr std::string_view kNotes = "NOTES.txt";
constexpr std::size_t kMaxName = 53;

/// Labels of lower-case letters, digits and '-', joined by dots.
bool is_release_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxName) return false;
  const auto parts = split(name, '.');
  return std::all_of(parts.begin(), parts.end(), [](auto part) { return is_dns_label(part); });
}

Result<> check_release_name(const std::string& name, Warnings& warnings) {
  if (is_release_name(name)) return {};
  const std::string why = fmt::format(
      "release name {}: invalid release name, must match regex "
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ and the length must not "
      "be longer than 53",
      go_quote(name));
  if (warnings.profile() == Profile::helm3) return fail(Code::invalid, why);
  warnings.line("level=ERROR msg=\"release name check failed\" error=" + log_value(why));
  return fail(Code::invalid, "release name check failed: " + why);
}

Result<> check_installable(const Chart& chart, bool lint, Warnings& warnings) {
  if (lint) return {};
  if (chart.metadata.library()) {
    return fail(Code::invalid, "library charts are not installable");
  }
  if (chart.metadata.deprecated) {
    warnings.line("level=WARN msg=\"this chart is deprecated\"",
                  "WARNING: This chart is deprecated");
  }
  return check_dependencies(chart, warnings.profile());
}

Result<Capabilities> capabilities_of(const ReleaseOptions& options) {
  Capabilities made = Capabilities::defaults(options.profile);
  if (!options.kube_version.empty()) {
    made.kube_version = TRY(KubeVersion::parse(options.kube_version, options.profile));
  }
  if (!options.served.empty()) made.api_versions = options.served;
  made.api_versions.insert(made.api_versions.end(), options.api_versions.begin(),
                           options.api_versions.end());
  return made;
}

Result<> check_kube_version(const Chart& chart, const KubeVersion& kube) {
  const std::string& wanted = chart.metadata.kube_version;
  if (wanted.empty()) return {};
  const auto range = VersionRange::parse(wanted);
  const auto version = Version::parse(kube.normalized);
  if (range && version && range->contains(*version)) return {};
  return fail(Code::invalid,
              fmt::format("chart requires kubeVersion: {} which is incompatible with Kubernetes {}",
                          wanted, kube.version));
}

bool is_manifest_name(std::string_view name) {
  const std::string lower = to_lower(name.substr(name.rfind('/') + 1));
  return lower.ends_with(".yaml") || lower.ends_with(".yml") || lower.ends_with(".json");
}

/// What comes after Helm has made a release: its errors carry a hint.
Result<Release> run_and_sort(const Chart& chart, const Value& values, const ReleaseFacts& facts,
                             const Capabilities& capabilities, const ReleaseOptions& options,
                             script::Host& host, Warnings& warnings) {
  TRY(check_kube_version(chart, capabilities.kube_version));
  auto files = TRY(run_templates({.chart = chart,
                                  .values = values,
                                  .release = facts,
                                  .capabilities = capabilities,
                                  .profile = options.profile,
                                  .host = host,
                                  .session = options.session}));
  Release release;
  if (options.rendered != nullptr) *options.rendered = files;
  const auto notes = files.find(chart.name() + "/templates/" + std::string(kNotes));
  if (notes != files.end()) release.notes = notes->second;
  std::erase_if(files, [](const auto& file) { return file.first.ends_with(kNotes); });
  if (options.printed != nullptr) {
    for (const auto& [path, text] : files) {
      *options.printed += fmt::format("---\n# Source: {}\n{}\n", path, text);
    }
  }
  release.manifests = TRY(sort_manifests(files, warnings));
  if (options.include_crds) collect_crds(chart, release.crds);
  return release;
}

/// Without the white space that strings.TrimSpace takes.
std::string_view trim_space(std::string_view text) {
  constexpr std::string_view kSpace = " \t\n\v\f\r";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::string header_of(const RenderedDocument& document) {
  return "---\n# Source: " + document.path + '\n';
}

/// The path behind the chart's name in a document's `# Source:` line; empty without one.
std::string_view source_of(std::string_view document) {
  constexpr std::string_view kSource = "# Source: ";
  for (std::size_t at = document.find(kSource); at != document.npos;
       at = document.find(kSource, at + 1)) {
    std::string_view line = document.substr(at + kSource.size());
    line = line.substr(0, line.find('\n'));
    const std::size_t slash = line.find('/');
    if (slash != line.npos && slash > 0 && slash + 1 < line.size()) return line.substr(slash + 1);
  }
  return {};
}

Result<std::string> only(std::string_view text, const std::vector<std::string>& files,
                         Profile profile) {
  const auto documents = split_manifests(text, profile);
  std::string out;
  for (const std::string& file : files) {
    bool missing = true;
    for (const std::string_view document : documents) {
      const std::string_view source = source_of(document);
      if (source.empty() || !match_path(file, source)) continue;
      out += fmt::format("---\n{}\n", document);
      missing = false;
    }
    if (missing) return fail(Code::not_found, "could not find template " + file + " in chart");
  }
  return out;
}

}  // namespace

void collect_crds(const Chart& chart, std::vector<RenderedDocument>& into) {
  for (const ChartFile& file : chart.files) {
    if (!file.name.starts_with("crds/") || !is_manifest_name(file.name)) continue;
    RenderedDocument crd;
    crd.path = chart.path + "/" + file.name;
    crd.text = file.data.str();
    into.push_back(std::move(crd));
  }
  for (const Chart& below : chart.dependencies) collect_crds(below, into);
}

Result<Release> render_release(const std::vector<ChartFile>& files, const ReleaseOptions& options,
                               const ReadFile& read, script::Host& host, Warnings& warnings) {
  const Capabilities capabilities = TRY(capabilities_of(options));
  ReleaseFacts facts = options.release;
  if (!options.name_template.empty()) {
    facts.name = TRY(run_name_template(options.name_template, host));
  }
  const Value given = TRY(merge_value_options(options.values, read, options.profile));
  std::vector<std::string> lines;
  auto loaded = load_chart(files, {.profile = options.profile, .limits = options.limits}, lines);
  for (std::string& line : lines) warnings.line(std::move(line));
  Chart chart = TRY(std::move(loaded));
  TRY(check_installable(chart, options.lint, warnings));
  TRY(check_release_name(facts.name, warnings));
  if (auto done = process_dependencies(chart, given, warnings); !done) {
    if (options.profile == Profile::helm3) return fail(done.error());
    return fail(done.error().code(),
                "chart dependencies processing failed: " + done.error().message());
  }
  const Value values = TRY(coalesce_values(chart, given, Nulls::remove, warnings));
  if (!options.skip_schema_validation) {
    if (auto valid = check_values_schema(chart, values); !valid) {
      return fail(valid.error().code(),
                  "values don't meet the specifications of the schema(s) in the following "
                  "chart(s):\n" +
                      valid.error().message());
    }
  }
  auto release = run_and_sort(chart, values, facts, capabilities, options, host, warnings);
  if (release) return release;
  return fail(release.error().code(), release.error().message() + std::string(kDebugHint));
}

OutputFiles output_files(const Release& release, const ReleaseOptions& options) {
  OutputFiles out;
  const auto add = [&out](const RenderedDocument& document) {
    out.files[document.path] += header_of(document) + document.text + '\n';
    out.writes.push_back(document.path);
  };
  if (options.include_crds) {
    for (const RenderedDocument& crd : release.crds) add(crd);
  }
  for (const RenderedDocument& object : release.manifests.objects) add(object);
  if (options.no_hooks) return out;
  for (const RenderedDocument& hook : release.manifests.hooks) {
    if (!options.skip_tests || !is_test_hook(hook)) add(hook);
  }
  return out;
}

Result<std::string> print_release(const Release& release, const ReleaseOptions& options) {
  std::string text;
  const auto add = [&text](const RenderedDocument& document) {
    text += header_of(document);
    text += document.text;
    text += '\n';
  };
  if (options.include_crds) {
    for (const RenderedDocument& crd : release.crds) add(crd);
  }
  for (const RenderedDocument& object : release.manifests.objects) add(object);
  std::string out(trim_space(text));
  out += '\n';
  text = std::move(out);
  if (!options.no_hooks) {
    for (const RenderedDocument& hook : release.manifests.hooks) {
      if (!options.skip_tests || !is_test_hook(hook)) add(hook);
    }
  }
  if (options.show_only.empty()) return text;
  return only(text, options.show_only, options.profile);
}

}  // namespace rumbo::render::helm
