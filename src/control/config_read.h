// Reads checked documents into a Config, and checks what spans fields and documents: names given
// twice, references to what is not there, cycles.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/yaml.h"
#include "control/config_check.h"
#include "model/config.h"

namespace rumbo::control {

/// True if the part before `@` of the authority holds a secret: any user of http, a password else.
bool holds_credentials(std::string_view url);

/// A chart's version or a range of versions; what is none of both is a mistake.
std::string chart_version(const codec::YamlNode* node, ConfigCheck& check);

class ConfigReader {
 public:
  /// `fleet`: the repository that the files come from, and that relative URLs mean; it outlives
  /// this. Null for files of this machine.
  explicit ConfigReader(Mistakes& mistakes, const GitSpec* fleet = nullptr)
      : mistakes_(mistakes), fleet_(fleet) {}

  /// Adds one document of a file that parsed; documents may refer to later ones.
  void add(const codec::YamlNode& document, std::string_view file);
  /// Checks references between documents; call once, after the last add().
  void finish();
  Config take() { return std::move(config_); }

 private:
  struct Named {
    codec::YamlNode node;
    std::string file;
  };
  void application(const codec::YamlNode& document, ConfigCheck& check, std::string_view file);
  void environment(const codec::YamlNode& document, ConfigCheck& check, std::string_view file);
  void check_ipv6_range(const codec::YamlNode& node, const Environment& env, ConfigCheck& check);
  void health(const codec::YamlNode* node, Environment& env, ConfigCheck& check,
              std::string_view file);
  std::optional<KubernetesTarget> kubernetes_target(const codec::YamlNode& target,
                                                    ConfigCheck& check, std::string_view file);
  void sync_options(const codec::YamlNode* sync, ConfigCheck& check);
  std::vector<IgnoreRule> ignore_rules(const codec::YamlNode& spec, ConfigCheck& check);
  void deployments(const codec::YamlNode& spec, Application& app, ConfigCheck& check);
  SourceSpec source(const codec::YamlNode& source, ConfigCheck& check, std::string_view file);
  ChartSpec chart(const codec::YamlNode& helm, ConfigCheck& check);
  void fleet(const codec::YamlNode& document, ConfigCheck& check, std::string_view file);
  GitSpec git_spec(const codec::YamlNode& git, ConfigCheck& check, std::string_view file);
  void git_access(const codec::YamlNode& git, GitSpec& spec, ConfigCheck& check,
                  std::string_view file);
  void git_verify(const codec::YamlNode& verify, GitSpec& spec, ConfigCheck& check,
                  std::string_view file);
  std::string local_file(const codec::YamlNode& from, std::string_view field, ConfigCheck& check,
                         std::string_view file);
  std::string git_url(const codec::YamlNode& git, ConfigCheck& check, std::string_view file);
  GitRef git_ref(const codec::YamlNode* ref, ConfigCheck& check);
  /// The path in the repository, below what the URL says already.
  std::string tree_path(const codec::YamlNode* path, ConfigCheck& check);
  void claim(std::map<std::string, Named>& names, const std::string& name, std::string_view what,
             const codec::YamlNode& node, std::string_view file);
  void error(const Named& at, std::string message, std::string hint = {});
  void check_references(const Application& app);
  void check_cycles();
  const Application* named(const std::string& name) const;
  std::vector<const Application*> needed_by(const Application& app) const;

  Mistakes& mistakes_;
  const GitSpec* const fleet_;
  std::string prefix_;  ///< folder that the URL of the application at hand names in its repository
  Config config_;
  std::optional<Named> named_fleet_;
  std::map<std::string, Named> applications_;  ///< names and aliases
  std::map<std::string, Named> environments_;
  std::map<std::string, std::map<std::string, Named>> uses_;  ///< application → environment named
  std::map<std::string, Named> depends_;                      ///< application → its dependsOn
};

}  // namespace rumbo::control
