#include "control/config_read.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "base/strings.h"
#include "control/config_policy.h"
#include "engine/health/scripts.h"
#include "engine/ignored_fields.h"
#include "engine/sync_options.h"
#include "target/podman/net/dual_stack.h"

namespace rumbo::control {
namespace {

/// A path that stands in `file`, whole.
std::string beside(std::string_view file, const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failed;
  const fs::path directory = fs::absolute(fs::path(file), failed).parent_path();
  return (directory / path).lexically_normal().string();
}

}  // namespace

void ConfigReader::add(const codec::YamlNode& document, std::string_view file) {
  ConfigCheck check(file, mistakes_);
  if (!check.check(document)) return;
  if (document.value["kind"].as_string() == "Application") {
    application(document, check, file);
  } else if (document.value["kind"].as_string() == "Fleet") {
    fleet(document, check, file);
  } else {
    environment(document, check, file);
  }
}

void ConfigReader::error(const Named& at, std::string message, std::string hint) {
  ConfigCheck(at.file, mistakes_).error(at.node, std::move(message), std::move(hint));
}

void ConfigReader::claim(std::map<std::string, Named>& names, const std::string& name,
                         std::string_view what, const codec::YamlNode& node,
                         std::string_view file) {
  if (name.empty()) return;
  const auto [it, fresh] = names.emplace(name, Named{node, std::string(file)});
  if (fresh) return;
  error({node, std::string(file)}, std::string(what) + " `" + name + "` is defined twice",
        "the first one is at " + it->second.node.location(it->second.file).to_string());
}

void ConfigReader::environment(const codec::YamlNode& document, ConfigCheck& check,
                               std::string_view file) {
  const Value& value = document.value;
  const codec::YamlNode* name = document.at_pointer("/metadata/name");
  if (name == nullptr || !name->value.is_string()) return;
  Environment env;
  env.name = name->value.str();
  env.ns = value["spec"]["namespace"].str(env.name);
  const Value& podman = value["spec"]["target"]["podman"];
  env.podman = {podman["socket"].str(),   podman["root"].str(),
                podman["runRoot"].str(),  static_cast<int>(podman["keepImages"].as_int(-1)),
                podman["ipv6"].as_bool(), podman["ipv6Range"].str()};
  if (const auto* range = document.at_pointer("/spec/target/podman/ipv6Range"); range != nullptr) {
    check_ipv6_range(*range, env, check);
  }
  if (const auto* target = document.at_pointer("/spec/target"); target != nullptr) {
    env.kubernetes = kubernetes_target(*target, check, file);
  }
  env.origin = document.location(file);
  health(document.at_pointer("/spec/health"), env, check, file);
  claim(environments_, env.name, "environment", *name, file);
  config_.environments.push_back(std::move(env));
}

void ConfigReader::check_ipv6_range(const codec::YamlNode& node, const Environment& env,
                                    ConfigCheck& check) {
  const std::string& text = env.podman.ipv6_range;
  if (auto range = target::podman::range6_from(text); !range) {
    return check.error(node, "`ipv6Range`: " + range.error().message(), range.error().hint());
  }
  for (const Environment& other : config_.environments) {
    const PodmanTarget& host = other.podman;
    const bool same = !other.kubernetes && host.socket == env.podman.socket &&
                      host.root == env.podman.root && host.run_root == env.podman.run_root;
    if (!same || host.ipv6_range.empty() || host.ipv6_range == text) continue;
    check.error(node,
                "`ipv6Range` differs from that of environment " + other.name + ", on the same host",
                "a host has one range");
  }
}

void ConfigReader::health(const codec::YamlNode* node, Environment& env, ConfigCheck& check,
                          std::string_view file) {
  if (node == nullptr) return;
  const std::string directory = node->value["directory"].str();
  if (!directory.empty()) {
    env.health_directory = beside(file, directory);
  }
  const codec::YamlNode* scripts = node->find("scripts");
  if (scripts == nullptr) return;
  for (const codec::YamlEntry& entry : scripts->entries()) {
    HealthScript script{entry.key.value.str(), entry.value.value.str(), entry.key.location(file)};
    if (auto made = engine::HealthScripts::make({script}); !made) {
      check.error(entry.key, made.error().message(), made.error().hint());
    }
    env.health_scripts.push_back(std::move(script));
  }
}

std::optional<KubernetesTarget> ConfigReader::kubernetes_target(const codec::YamlNode& target,
                                                                ConfigCheck& check,
                                                                std::string_view file) {
  const codec::YamlNode* node = target.find("kubernetes");
  const bool podman = target.find("podman") != nullptr;
  if (target.is_mapping() && podman == (node != nullptr)) {
    check.error(target,
                podman ? "`spec.target` names two targets" : "`spec.target` names no target",
                "set exactly one of podman, kubernetes");
  }
  if (node == nullptr || !node->is_mapping()) return std::nullopt;
  KubernetesTarget out;
  out.context = node->value["context"].str();
  out.in_cluster = node->value["inCluster"].as_bool();
  std::string path = node->value["kubeconfig"].str();
  if (out.in_cluster && (!path.empty() || !out.context.empty())) {
    check.error(*node, "`spec.target.kubernetes.inCluster` leaves no choice of another cluster",
                "leave kubeconfig and context out, or inCluster");
  }
  if (path.empty()) return out;
  if (path.starts_with("~/")) {
    check.error(*node->find("kubeconfig"), "`~` is not replaced in `kubeconfig`",
                "write the whole path, or leave it out for ~/.kube/config");
  }
  out.kubeconfig = beside(file, path);
  return out;
}

void ConfigReader::application(const codec::YamlNode& document, ConfigCheck& check,
                               std::string_view file) {
  const Value& value = document.value;
  const Value& spec = value["spec"];
  const codec::YamlNode* name = document.at_pointer("/metadata/name");
  const codec::YamlNode* spec_node = document.find("spec");
  if (name == nullptr || !name->value.is_string() || spec_node == nullptr) return;
  Application app;
  prefix_.clear();
  app.name = name->value.str();
  app.origin = document.location(file);
  claim(applications_, app.name, "application", *name, file);
  app.aliases = texts(value["metadata"]["aliases"]);
  for (const std::string& alias : app.aliases) {
    claim(applications_, alias, "application name", *document.at_pointer("/metadata/aliases"),
          file);
  }
  for (const Member& label : value["metadata"]["labels"].members()) {
    app.labels[std::string(label.key())] = label.value.str();
  }
  app.project = spec["project"].str("default");
  if (const codec::YamlNode* where = spec_node->find("source");
      where != nullptr && where->is_mapping()) {
    app.source = source(*where, check, file);
    if (const codec::YamlNode* values = where->find("values");
        values != nullptr && values->is_mapping()) {
      app.values_source = git_spec(*values, check, file);
    }
  }
  if (const codec::YamlNode* renderer = spec_node->find("renderer")) {
    const std::string_view word = renderer->value.as_string();
    if (word == "plain") app.renderer = RendererKind::plain;
    if (word == "helm") app.renderer = RendererKind::helm;
    if (word == "kustomize") app.renderer = RendererKind::kustomize;
  }
  app.helm = spec["helm"];
  app.kustomize = spec["kustomize"];
  app.substitute = spec["substitute"];
  app.group = spec["group"].str();
  if (spec["deletionPolicy"].as_string() == "delete") app.deletion_policy = DeletionPolicy::remove;
  app.revision_history_limit = static_cast<int>(spec["revisionHistoryLimit"].as_int(20));
  app.depends_on = texts(spec["dependsOn"]);
  if (const auto* node = spec_node->find("dependsOn")) {
    depends_.emplace(app.name, Named{*node, std::string(file)});
  }
  if (const codec::YamlNode* poll = spec_node->find("pollInterval")) {
    const auto interval = parse_duration(poll->value.as_string());
    app.poll_interval = interval.value_or(app.poll_interval);
    if (interval && *interval >= Duration(0) && *interval < 1s) {
      check.error(*poll, "`spec.pollInterval` is below 1s", "leave it out for one look a minute");
    }
  }
  if (const auto* sync = spec_node->find("sync")) {
    if (parse_duration(sync->value["timeout"].as_string()) == Duration(0)) {
      check.error(*sync, "`spec.sync.timeout` is zero",
                  "give each wave the time it needs, like 5m");
    }
  }
  sync_options(spec_node->find("sync"), check);
  deployments(*spec_node, app, check);
  config_.applications.push_back(std::move(app));
}

void ConfigReader::sync_options(const codec::YamlNode* sync, ConfigCheck& check) {
  if (sync == nullptr || !sync->is_mapping()) return;
  const codec::YamlNode* list = sync->find("options");
  if (list == nullptr) return;
  for (const codec::YamlNode& one : list->items()) {
    auto known = engine::application_options({one.value.str()});
    if (known) continue;
    check.error(one, known.error().message(), known.error().hint(), known.error().code());
  }
}

std::vector<IgnoreRule> ConfigReader::ignore_rules(const codec::YamlNode& spec,
                                                   ConfigCheck& check) {
  std::vector<IgnoreRule> out;
  const codec::YamlNode* list = spec.find("ignoreDifferences");
  if (list == nullptr) return out;
  for (const codec::YamlNode& one : list->items()) {
    if (!one.is_mapping()) continue;
    IgnoreRule rule = ignore_rule(one.value);
    if (auto fits = engine::check_rule(rule); !fits) {
      const auto& context = fits.error().context();
      check.error(one,
                  "`spec.ignoreDifferences`: " + (context.empty() ? "" : context.front() + ": ") +
                      fits.error().message(),
                  fits.error().hint(), fits.error().code());
      continue;
    }
    out.push_back(std::move(rule));
  }
  return out;
}

/// Maps merge, all else is replaced.
static Value merged(const Value& under, const Value& over) {
  if (!over.is_object()) return under;
  Value out = under;
  for (const Member& member : over.members()) {
    const Value* below = out.find(member.key());
    const bool both = below != nullptr && below->is_object() && member.value.is_object();
    out = out.with(member.key(), both ? merged(*below, member.value) : member.value);
  }
  return out;
}

void ConfigReader::deployments(const codec::YamlNode& spec, Application& app, ConfigCheck& check) {
  SyncPolicy base = sync_policy(spec.value["sync"], {});
  base.ignore = ignore_rules(spec, check);
  const codec::YamlNode* list = spec.find("environments");
  if (list == nullptr) return;
  std::set<std::string> seen;
  for (const codec::YamlNode& entry : list->items()) {
    Deployment deployment;
    deployment.sync = base;
    deployment.helm = app.helm;
    deployment.kustomize = app.kustomize;
    deployment.substitute = app.substitute;
    const codec::YamlNode* name = entry.is_mapping() ? entry.find("name") : &entry;
    if (name == nullptr || !name->value.is_string()) continue;
    deployment.environment = name->value.str();
    if (entry.is_mapping()) {
      if (const auto* path = entry.find("path")) deployment.path = tree_path(path, check);
      if (const auto* ref = entry.find("ref")) deployment.ref = git_ref(ref, check);
      if (const auto* version = entry.find("version")) {
        deployment.version = chart_version(version, check);
      }
      if (const auto* ref = entry.find("valuesRef")) deployment.values_ref = git_ref(ref, check);
      const bool chart = std::holds_alternative<ChartSpec>(app.source);
      for (const char* other : {"path", "ref", "version"}) {
        const codec::YamlNode* node = entry.find(other);
        if (node == nullptr || chart == (std::string_view(other) == "version")) continue;
        check.error(*node, "`" + std::string(other) + "` does not fit to the application's source",
                    chart ? "a chart of a repository has a `version`"
                          : "a Git repository has `path` and `ref`");
      }
      deployment.sync = sync_policy(entry.value["sync"], base);
      sync_options(entry.find("sync"), check);
      deployment.helm = merged(app.helm, entry.value["helm"]);
      deployment.kustomize = merged(app.kustomize, entry.value["kustomize"]);
      deployment.substitute = merged(app.substitute, entry.value["substitute"]);
    }
    if (!seen.insert(deployment.environment).second) {
      check.error(*name, "environment `" + deployment.environment + "` is listed twice",
                  "list each environment once");
    }
    uses_[app.name].emplace(deployment.environment, Named{*name, app.origin.file});
    app.environments.push_back(std::move(deployment));
  }
}

// ---- Between documents

void ConfigReader::finish() {
  if (named_fleet_ && !(config_.applications.empty() && config_.environments.empty())) {
    error(*named_fleet_,
          "a Fleet stands alone: applications and environments are in its repository",
          "move the other documents there");
  }
  for (const Application& app : config_.applications) check_references(app);
  check_cycles();
}

void ConfigReader::check_references(const Application& app) {
  const auto hint = [](const std::string& word, const auto& names, const std::string& what) {
    std::vector<std::string_view> all;
    for (const auto& [name, at] : names) all.push_back(name);
    const std::string_view near = closest(word, all);
    if (!near.empty()) return "did you mean `" + std::string(near) + "`?";
    return "add a document of kind " + what + " with that name";
  };
  for (const auto& [name, at] : uses_[app.name]) {
    if (environments_.contains(name)) continue;
    error(at, "application `" + app.name + "`: environment `" + name + "` is not defined",
          hint(name, environments_, "Environment"));
  }
  const auto depends = depends_.find(app.name);
  if (depends == depends_.end()) return;
  for (const std::string& name : app.depends_on) {
    if (!applications_.contains(name)) {
      error(depends->second,
            "application `" + app.name + "` depends on `" + name + "`, which is not defined",
            hint(name, applications_, "Application"));
    }
  }
}

const Application* ConfigReader::named(const std::string& name) const {
  for (const Application& app : config_.applications) {
    if (app.name == name) return &app;
    if (std::find(app.aliases.begin(), app.aliases.end(), name) != app.aliases.end()) return &app;
  }
  return nullptr;
}

/// One transaction deploys both.
static bool together(const Application& a, const Application& b) {
  return &a == &b || (!a.group.empty() && a.group == b.group);
}

/// What must be deployed before it: also what others of its group wait for.
std::vector<const Application*> ConfigReader::needed_by(const Application& app) const {
  std::vector<const Application*> out;
  for (const Application& member : config_.applications) {
    if (!together(member, app)) continue;
    for (const std::string& name : member.depends_on) {
      const Application* needed = named(name);
      if (needed == nullptr) continue;
      if (needed == &member || !together(*needed, app)) out.push_back(needed);
    }
  }
  return out;
}

void ConfigReader::check_cycles() {
  for (const Application& start : config_.applications) {
    if (start.depends_on.empty()) continue;
    std::vector<const Application*> open = needed_by(start);
    std::set<const Application*> seen;
    while (!open.empty()) {
      const Application* one = open.back();
      open.pop_back();
      if (together(*one, start)) {
        error(depends_.at(start.name),
              "application `" + start.name + "` depends on itself" +
                  (seen.empty() ? "" : " by way of others"),
              "take it out of dependsOn");
        break;
      }
      if (!seen.insert(one).second) continue;
      for (const Application* next : needed_by(*one)) open.push_back(next);
    }
  }
}

}  // namespace rumbo::control
