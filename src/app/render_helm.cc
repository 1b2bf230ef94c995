#include "app/render_helm.h"

#include "app/chart_argument.h"
#include "app/print_objects.h"
#include "app/system_host.h"
#include "base/strings.h"
#include "render/helm/traced_release.h"
#include "render/object_reader.h"
#include "render/tree_path.h"

namespace rumbo::app {
namespace {

namespace helm = render::helm;

/// The documents of a release that the options leave in, in the order of printing.
std::vector<const helm::RenderedDocument*> documents_of(const helm::Release& release,
                                                        const helm::ReleaseOptions& options) {
  std::vector<const helm::RenderedDocument*> documents;
  if (options.include_crds) {
    for (const auto& crd : release.crds) documents.push_back(&crd);
  }
  for (const auto& object : release.manifests.objects) documents.push_back(&object);
  for (const auto& hook : release.manifests.hooks) {
    if (!options.no_hooks && !(options.skip_tests && helm::is_test_hook(hook))) {
      documents.push_back(&hook);
    }
  }
  return documents;
}

/// The objects of a release, for -o json and -o name.
Result<std::vector<Object>> objects_of(const helm::Release& release,
                                       const helm::ReleaseOptions& options) {
  render::ObjectReader reader;
  for (const helm::RenderedDocument* one : documents_of(release, options)) {
    TRY(reader.read(one->path, one->text));
  }
  return reader.finish(options.release.ns);
}

}  // namespace

Result<helm::ReleaseOptions> helm_options(const Invocation& asked) {
  helm::ReleaseOptions options;
  const std::string profile = asked.value("profile", "helm4");
  if (profile != "helm4" && profile != "helm3") {
    return fail(Error(Code::invalid, "--profile `" + printable(profile, 32) + "` is not known")
                    .with_hint("helm4 or helm3"));
  }
  if (asked.has("name-template") && asked.has("release-name")) {
    return fail(Code::invalid, "cannot set --name-template and also specify a name");
  }
  options.profile = profile == "helm3" ? helm::Profile::helm3 : helm::Profile::helm4;
  options.release.name = asked.value("release-name", options.release.name);
  options.release.ns = asked.value("namespace", options.release.ns);
  options.release.is_upgrade = asked.has("is-upgrade");
  options.name_template = asked.value("name-template");
  options.values.files = asked.words("values");
  options.values.set = asked.values("set");
  options.values.set_string = asked.values("set-string");
  options.values.set_json = asked.values("set-json");
  options.values.set_file = asked.values("set-file");
  options.values.set_literal = asked.values("set-literal");
  options.kube_version = asked.value("kube-version");
  options.api_versions = asked.words("api-versions");
  options.show_only = asked.values("show-only");
  options.include_crds = asked.has("include-crds");
  options.skip_tests = asked.has("skip-tests");
  options.no_hooks = asked.has("no-hooks");
  options.skip_schema_validation = asked.has("skip-schema-validation");
  return options;
}

namespace {

/// A chart as it was rendered, with what it was rendered with.
struct RenderedChart {
  std::vector<helm::ChartFile> files;
  helm::ReleaseOptions options;
  helm::Release release;
};

Result<RenderedChart> render_chart(Session& session, const std::string& path,
                                   const std::string& name = {}) {
  RenderedChart made;
  made.options = TRY(helm_options(session.invocation()));
  if (!name.empty()) {
    if (session.invocation().has("name-template") || session.invocation().has("release-name")) {
      return fail(Code::invalid, "cannot set --name-template and also specify a name");
    }
    made.options.release.name = name;
  }
  std::string printed;
  if (session.invocation().has("debug")) made.options.printed = &printed;
  io::FileSystem& files = session.env().files;
  made.files = TRY(read_chart_argument(session, path, made.options.limits));
  const auto read = [&files](std::string_view file) -> Result<std::string> {
    auto text = files.read_all(file == "-" ? "/dev/stdin" : std::string(file));
    if (text || text.error().code() != Code::not_found) return text;
    return fail(Code::not_found, "open " + std::string(file) + ": no such file or directory");
  };
  SystemHost host(session.env());
  helm::Warnings warnings(made.options.profile);
  auto release = helm::render_release(made.files, made.options, read, host, warnings);
  made.options.printed = nullptr;
  for (const std::string& line : warnings.lines()) session.note(line + "\n");
  if (!release) {
    session.print(printed);
    return fail(release.error());
  }
  made.release = std::move(*release);
  return made;
}

/// The values a chart was rendered with, weakest first.
helm::ValueSources value_sources(Session& session, const RenderedChart& chart,
                                 const std::string& path) {
  helm::ValueSources sources;
  for (const helm::ChartFile& file : chart.files) {
    if (file.name == "values.yaml") {
      sources.files.emplace_back(path + "/" + file.name, file.data.str());
    }
  }
  for (const std::string& file : chart.options.values.files) {
    if (auto text = session.env().files.read_all(file)) {
      sources.files.emplace_back(file, std::move(*text));
    }
  }
  sources.set = chart.options.values.set;
  for (const std::string& one : chart.options.values.set_string) sources.set.push_back(one);
  return sources;
}

/// As Helm: each template's objects in a file of its own.
Result<int> write_files(Session& session, const RenderedChart& chart, const std::string& folder) {
  const helm::OutputFiles out = helm::output_files(chart.release, chart.options);
  for (const auto& [name, text] : out.files) {
    if (render::inside_tree("", name) != name) {
      return fail(Code::denied, "`" + printable(name, 256) + "` leads out of " + folder);
    }
    const std::string place = folder + "/" + name;
    TRY(session.env().files.make_directories(place.substr(0, place.rfind('/')), 0755));
    TRY(session.env().files.write_atomic(place, text, 0644));
  }
  for (const std::string& name : out.writes) session.print("wrote " + folder + "/" + name + "\n");
  session.print("\n");
  return kOk;
}

}  // namespace

Result<int> run_render_helm(Session& session, const std::string& path, const std::string& name) {
  const RenderedChart chart = TRY(render_chart(session, path, name));
  if (const std::string folder = session.invocation().value("output-dir"); !folder.empty()) {
    return write_files(session, chart, folder);
  }
  if (session.invocation().has("notes")) {
    session.print(chart.release.notes);
    return kOk;
  }
  if (session.format() == Format::json || session.format() == Format::name) {
    std::vector<Value> values;
    for (const Object& object : TRY(objects_of(chart.release, chart.options))) {
      values.push_back(object.value);
    }
    print_objects(session, values);
    return kOk;
  }
  session.print(TRY(helm::print_release(chart.release, chart.options)));
  return kOk;
}

Result<TracedObjects> trace_chart(Session& session, const std::string& path) {
  const RenderedChart chart = TRY(render_chart(session, path));
  const auto values =
      std::make_shared<const helm::ValueSources>(value_sources(session, chart, path));
  const helm::TemplateSources sources(chart.files, path, values);
  TracedObjects traced;
  for (const helm::RenderedDocument* document : documents_of(chart.release, chart.options)) {
    render::ObjectReader reader;
    TRY(reader.read(document->path, document->text));
    std::vector<Object> objects = TRY(reader.finish(chart.options.release.ns));
    sources.locate(*document, objects);
    std::move(objects.begin(), objects.end(), std::back_inserter(traced.objects));
  }
  traced.shown = [](const std::string& file) { return file; };
  return traced;
}

}  // namespace rumbo::app
