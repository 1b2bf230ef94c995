// Where an application's files come from: the `source` section.
#include "base/semver.h"
#include "base/strings.h"
#include "control/config_read.h"

namespace rumbo::control {

bool holds_credentials(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view rest = url.substr(scheme + 3);
  const std::string_view authority = rest.substr(0, rest.find('/'));
  const std::size_t at = authority.rfind('@');
  if (at == std::string_view::npos) return false;
  return url.substr(0, scheme) != "ssh" ||
         authority.substr(0, at).find(':') != std::string_view::npos;
}

std::string chart_version(const codec::YamlNode* node, ConfigCheck& check) {
  if (node == nullptr || !node->value.is_string()) return {};
  std::string text = node->value.str();
  if (!VersionRange::parse(text)) {
    check.error(*node, "`" + printable(text, 64) + "` is no version and no range of versions",
                "write 1.2.3, ^1.2 or >=1.0 <2.0");
  }
  return text;
}

SourceSpec ConfigReader::source(const codec::YamlNode& source, ConfigCheck& check,
                                std::string_view file) {
  const codec::YamlNode* git = source.find("git");
  const codec::YamlNode* helm = source.find("helm");
  if (git != nullptr && helm != nullptr) {
    check.error(source, "`spec.source` names several sources", "keep one of git and helm");
  }
  if (helm != nullptr && helm->is_mapping()) return chart(*helm, check);
  if (git != nullptr && git->is_mapping()) return git_spec(*git, check, file);
  if (git == nullptr && helm == nullptr && source.find("oci") == nullptr) {
    check.error(source, "`spec.source` names no source",
                "add `git: {url: …}` or `helm: {repo: …}`");
  }
  return GitSpec{};
}

ChartSpec ConfigReader::chart(const codec::YamlNode& helm, ConfigCheck& check) {
  ChartSpec spec;
  spec.repo = helm.value["repo"].str();
  spec.chart = helm.value["chart"].str();
  spec.version = chart_version(helm.find("version"), check);
  spec.credentials_file = helm.value["credentialsFile"].str();
  spec.ca_file = helm.value["caFile"].str();
  spec.keyring = helm.value["verify"]["keyring"].str();
  spec.plain_http = helm.value["plainHttp"].as_bool();
  if (const codec::YamlNode* repo = helm.find("repo"); repo != nullptr && !spec.repo.empty()) {
    const std::size_t at = spec.repo.find("://");
    const std::string scheme = spec.repo.substr(0, at);
    if (at == std::string::npos || (scheme != "https" && scheme != "http" && scheme != "oci")) {
      check.error(*repo, "`spec.source.helm.repo` is no URL of a Helm repository or OCI registry",
                  "write https://HOST/PATH or oci://HOST/PATH");
    } else if (holds_credentials(spec.repo)) {
      check.error(*repo, "`spec.source.helm.repo` holds credentials",
                  "put them into a file of mode 0600 and name it in credentialsFile");
    }
  }
  if (const codec::YamlNode* name = helm.find("chart");
      name != nullptr && (spec.chart.empty() || spec.chart.find('/') != std::string::npos)) {
    check.error(*name, "`spec.source.helm.chart` is no name of a chart",
                "write the name alone; what stands before it belongs to `repo`");
  }
  return spec;
}

}  // namespace rumbo::control
