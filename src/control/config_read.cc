#include "control/config_read.h"

#include <algorithm>
#include <set>

#include "base/strings.h"

namespace rumbo::control {
namespace {

SyncPolicy sync_policy(const Value& sync, SyncPolicy policy) {
  policy.automated = sync["automated"].as_bool(policy.automated);
  policy.prune = sync["prune"].as_bool(policy.prune);
  policy.self_heal = sync["selfHeal"].as_bool(policy.self_heal);
  if (sync["timeout"].is_string()) {
    policy.timeout = parse_duration(sync["timeout"].as_string()).value_or(policy.timeout);
  }
  if (sync["soak"].is_string()) {
    policy.soak = parse_duration(sync["soak"].as_string()).value_or(policy.soak);
  }
  if (sync["onFailure"].is_string()) {
    policy.on_failure =
        sync["onFailure"].as_string() == "stop" ? OnFailure::stop : OnFailure::restore;
  }
  policy.allow_empty = sync["allowEmpty"].as_bool(policy.allow_empty);
  policy.adopt = sync["adopt"].as_bool(policy.adopt);
  if (sync["allowDestructive"].is_array()) {
    policy.allow_destructive.clear();
    for (const Value& kind : sync["allowDestructive"].items()) {
      policy.allow_destructive.push_back(kind.str());
    }
  }
  return policy;
}

std::vector<std::string> texts(const Value& list) {
  std::vector<std::string> out;
  for (const Value& one : list.items()) out.push_back(one.str());
  return out;
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

void ConfigReader::environment(const codec::YamlNode& document, ConfigCheck&,
                               std::string_view file) {
  const Value& value = document.value;
  const codec::YamlNode* name = document.at_pointer("/metadata/name");
  if (name == nullptr || !name->value.is_string()) return;
  Environment env;
  env.name = name->value.str();
  env.ns = value["spec"]["namespace"].str(env.name);
  const Value& podman = value["spec"]["target"]["podman"];
  env.podman = {podman["socket"].str(), podman["root"].str(), podman["runRoot"].str()};
  env.origin = document.location(file);
  claim(environments_, env.name, "environment", *name, file);
  config_.environments.push_back(std::move(env));
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
  if (const codec::YamlNode* git = document.at_pointer("/spec/source/git");
      git != nullptr && git->is_mapping()) {
    app.git = git_spec(*git, check, file);
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
  deployments(*spec_node, app, check);
  config_.applications.push_back(std::move(app));
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
  const SyncPolicy base = sync_policy(spec.value["sync"], {});
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
      deployment.sync = sync_policy(entry.value["sync"], base);
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

void ConfigReader::check_cycles() {
  for (const Application& start : config_.applications) {
    std::vector<std::string> open = start.depends_on;
    std::set<std::string> seen;
    while (!open.empty()) {
      const std::string name = open.back();
      open.pop_back();
      if (name == start.name) {
        error(depends_.at(start.name),
              "application `" + start.name + "` depends on itself" +
                  (seen.empty() ? "" : " by way of others"),
              "take it out of dependsOn");
        break;
      }
      if (!seen.insert(name).second) continue;
      if (const Application* app = config_.application(name)) {
        open.insert(open.end(), app->depends_on.begin(), app->depends_on.end());
      }
    }
  }
}

}  // namespace rumbo::control
