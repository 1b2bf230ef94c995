#include "helm_case.h"

#include <algorithm>

#include "base/strings.h"
#include "model/memory_snapshot.h"
#include "render/helm/chart_files.h"

namespace rumbo::conformance {
namespace {

using render::helm::Profile;
using render::helm::ReleaseOptions;

void append_words(std::vector<std::string>& into, const std::string& text) {
  for (const auto word : split(text, ',')) into.emplace_back(word);
}

HelmOutcome failed(std::string err, const std::string& message) {
  return {"", std::move(err) + "Error: " + message + "\n", 1};
}

}  // namespace

void FixedHost::random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::uint8_t>(state_ >> 33);
  }
}

ReleaseOptions read_flags(const std::vector<std::string>& arguments,
                          std::vector<std::string>& names) {
  ReleaseOptions options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    std::string flag = arguments[i], value;
    if (!flag.starts_with('-') || flag == "-") {
      names.push_back(flag);
      continue;
    }
    const std::size_t equals = flag.find('=');
    const bool inlined = flag.starts_with("--") && equals != std::string::npos;
    if (inlined) {
      value = flag.substr(equals + 1);
      flag.resize(equals);
    }
    if (flag == "--include-crds") {
      options.include_crds = true;
    } else if (flag == "--skip-tests") {
      options.skip_tests = true;
    } else if (flag == "--no-hooks") {
      options.no_hooks = true;
    } else if (flag == "--is-upgrade") {
      options.release.is_upgrade = true;
    } else if (flag == "--skip-schema-validation") {
      options.skip_schema_validation = true;
    } else {
      if (!inlined && ++i < arguments.size()) value = arguments[i];
      if (flag == "-f" || flag == "--values") append_words(options.values.files, value);
      if (flag == "--set") options.values.set.push_back(value);
      if (flag == "--set-string") options.values.set_string.push_back(value);
      if (flag == "--set-json") options.values.set_json.push_back(value);
      if (flag == "--set-file") options.values.set_file.push_back(value);
      if (flag == "--set-literal") options.values.set_literal.push_back(value);
      if (flag == "-s" || flag == "--show-only") options.show_only.push_back(value);
      if (flag == "-a" || flag == "--api-versions") append_words(options.api_versions, value);
      if (flag == "--kube-version") options.kube_version = value;
      if (flag == "-n" || flag == "--namespace") options.release.ns = value;
      if (flag == "--name-template") options.name_template = value;
    }
  }
  return options;
}

HelmOutcome run_helm(const std::map<std::string, std::string>& files,
                     const std::vector<std::string>& arguments, Profile profile) {
  std::vector<std::string> names;
  ReleaseOptions options = read_flags(arguments, names);
  options.profile = profile;
  if (names.size() < 2) return failed("", "\"helm template\" requires at least 1 argument");
  std::string folder = names[1];
  if (names.size() > 2) {
    if (!options.name_template.empty()) {
      return failed("", "cannot set --name-template and also specify a name");
    }
    options.release.name = names[1];
    folder = names[2];
  }
  const MemorySnapshot snapshot(files);
  const auto chart = render::helm::read_chart_folder(snapshot, folder, options.limits);
  if (!chart) {
    return failed("",
                  "non-absolute URLs should be in form of repo_name/path_to_chart, got: " + folder);
  }
  const auto read = [&](std::string_view path) -> Result<std::string> {
    const auto found = files.find(std::string(path));
    if (found != files.end()) return found->second;
    return fail(Code::not_found, "open " + std::string(path) + ": no such file or directory");
  };
  FixedHost host;
  render::helm::Warnings warnings(profile);
  const auto release = render::helm::render_release(*chart, options, read, host, warnings);
  std::string err;
  for (const std::string& line : warnings.lines()) err += line + "\n";
  if (!release) return failed(std::move(err), release.error().message());
  if (const auto at = std::find(arguments.begin(), arguments.end(), "--output-dir");
      at != arguments.end() && std::next(at) != arguments.end()) {
    std::string out;
    for (const std::string& file : render::helm::output_files(*release, options).writes) {
      out += "wrote " + *std::next(at) + "/" + file + "\n";
    }
    return {out + "\n", std::move(err), 0};
  }
  const auto text = render::helm::print_release(*release, options);
  if (!text) return failed(std::move(err), text.error().message());
  return {*text, std::move(err), 0};
}

std::map<std::string, std::string> files_of(const Value& test) {
  std::map<std::string, std::string> files;
  for (const Member& member : test["files"].members()) {
    files.emplace(member.key(), member.value.str());
  }
  return files;
}

std::vector<std::string> arguments_of(const Value& test) {
  std::vector<std::string> words;
  for (const Value& word : test["args"].items()) words.push_back(word.str());
  return words;
}

bool agrees(const HelmOutcome& actual, const Value& expected, bool any_line_order,
            std::string& detail) {
  const auto lines = [&](const std::string& text) {
    std::vector<std::string> all;
    for (const auto line : split(text, '\n')) all.emplace_back(line);
    if (any_line_order) std::sort(all.begin(), all.end());
    return all;
  };
  const std::string out = expected["stdout"].str(), err = expected["stderr"].str();
  detail = "  expected: " + printable(out + "|" + err, 1500) +
           "\n  actual:   " + printable(actual.out + "|" + actual.err, 1500);
  return actual.out == out && lines(actual.err) == lines(err) &&
         actual.status == expected["rc"].as_int();
}

}  // namespace rumbo::conformance
