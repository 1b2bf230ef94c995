#include "control/config_loader.h"

#include <utility>
#include <vector>

#include "base/strings.h"
#include "codec/yaml.h"
#include "control/config_read.h"

namespace rumbo::control {
namespace {

codec::YamlOptions yaml_options() {
  codec::YamlOptions options;
  options.dialect = codec::YamlDialect::yaml_v3;  // `on` and `no` are names here, not booleans
  options.limits.max_bytes = kMostConfigBytes;
  options.limits.max_depth = 32;
  options.limits.max_nodes = 500'000;
  options.limits.max_alias_nodes = 500'000;
  return options;
}

Result<Config> read_all(const ConfigTexts& files, const GitSpec* fleet = nullptr) {
  Mistakes mistakes;
  ConfigReader reader(mistakes, fleet);
  bool parsed = true;
  std::size_t documents = 0;
  for (const auto& [file, text] : files) {
    auto nodes = codec::parse_yaml(text, file, yaml_options());
    if (!nodes) {
      mistakes.add(std::move(nodes).error());
      parsed = false;
      continue;
    }
    documents += nodes->size();
    for (const codec::YamlNode& node : *nodes) reader.add(node, file);
  }
  // What a file that does not parse would have defined is unknown: no word on references then.
  if (parsed) reader.finish();
  if (!mistakes.empty()) return fail(mistakes.as_error());
  if (documents == 0) {
    const std::string where = files.empty() ? "the configuration" : files.front().first;
    return fail(Error(Code::invalid, where + " holds no documents")
                    .with_hint("`rumbo init` writes one to begin with"));
  }
  return reader.take();
}

}  // namespace

Result<Config> parse_config(std::string_view text, std::string_view file) {
  return read_all({{std::string(file), std::string(text)}});
}

Result<Config> parse_config(const ConfigTexts& texts) {
  return read_all(texts);
}

Result<Config> parse_config(const ConfigTexts& texts, const GitSpec& fleet) {
  return read_all(texts, &fleet);
}

bool is_config_file(std::string_view name) {
  return !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml"));
}

Result<Config> load_config(io::FileSystem& files, const std::string& path) {
  return read_all(TRY(read_config_texts(files, path)));
}

Result<ConfigTexts> read_config_texts(io::FileSystem& files, const std::string& path) {
  auto info = files.stat(path);
  if (!info) {
    Error error = std::move(info).error();
    if (error.code() == Code::not_found) {
      error =
          Error(std::move(error).with_hint("`rumbo init` writes one, or name another by --config"));
    }
    return fail(std::move(error).with_context("while reading the configuration"));
  }
  ConfigTexts texts;
  if (!info->directory) {
    texts.emplace_back(path, TRY(files.read_all(path, kMostConfigBytes)));
    return texts;
  }
  for (const std::string& name : TRY(files.list(path))) {
    if (!is_config_file(name)) continue;
    if (texts.size() == kMostConfigFiles) {
      return fail(Code::too_large, path + " holds more than 1000 configuration files");
    }
    const std::string file = path + (path.ends_with('/') ? "" : "/") + name;
    texts.emplace_back(file, TRY(files.read_all(file, kMostConfigBytes)));
  }
  if (texts.empty()) {
    return fail(Error(Code::not_found, path + " holds no *.yaml files")
                    .with_hint("`rumbo init` writes one to begin with"));
  }
  return texts;
}

std::string example_config(std::string_view application, std::string_view git_url,
                           std::string_view path) {
  std::string text =
      R"(# What Rumbo deploys, and where. Check it with `rumbo validate`; see what would happen with
# `rumbo plan`; deploy with `rumbo sync`, or let `rumbo serve` follow the repository.
apiVersion: rumbo.dev/v1alpha1
kind: Application
metadata:
  name: @APP@
spec:
  source:
    git:
      url: @URL@   # https, ssh, file, or a path relative to this file
      ref: {branch: main}             # or tag, semver, commit, name
      path: @PATH@                    # directory of the manifests
      # credentialsFile: /etc/rumbo/git-credentials
  environments: [dev]
  sync:
    automated: true      # deploy new commits without being asked
    prune: true          # delete what is no longer declared
    selfHeal: true       # bring back what was changed by hand
    timeout: 5m          # per wave, until everything is healthy
    soak: 0s             # stay healthy this long before it counts
    onFailure: restore   # or stop, to look at it first
---
apiVersion: rumbo.dev/v1alpha1
kind: Environment
metadata:
  name: dev
spec:
  target:
    podman: {}           # this host
  namespace: @APP@-dev
)";
  text = replace_all(text, "@APP@", application);
  text = replace_all(text, "@URL@", git_url);
  return replace_all(text, "@PATH@", path.empty() ? "." : path);
}

}  // namespace rumbo::control
