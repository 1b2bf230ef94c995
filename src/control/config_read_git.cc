// Reading of `git:` sections: URL, reference, what opens the repository, and who must have signed.
#include <algorithm>
#include <filesystem>

#include "base/semver.h"
#include "base/strings.h"
#include "control/config_read.h"
#include "source/git_refs.h"

namespace rumbo::control {
namespace {

/// git@host:team/repo, which is no URL.
bool scp_like(std::string_view text) {
  const std::size_t colon = text.find(':');
  return colon != std::string_view::npos && colon > 1 &&
         text.substr(0, colon).find('/') == std::string_view::npos;
}

}  // namespace

void ConfigReader::fleet(const codec::YamlNode& document, ConfigCheck& check,
                         std::string_view file) {
  if (fleet_ != nullptr) {
    return check.error(document, "a fleet repository cannot name another",
                       "write its applications and environments here");
  }
  if (named_fleet_) {
    return error({document, std::string(file)}, "there are two Fleets", "keep one of them");
  }
  named_fleet_ = Named{document, std::string(file)};
  Fleet fleet;
  prefix_.clear();
  if (const codec::YamlNode* git = document.at_pointer("/spec/source/git");
      git != nullptr && git->is_mapping()) {
    fleet.git = git_spec(*git, check, file);
  }
  if (const codec::YamlNode* poll = document.at_pointer("/spec/pollInterval")) {
    const auto interval = parse_duration(poll->value.as_string());
    fleet.poll_interval = interval.value_or(fleet.poll_interval);
    if (interval && *interval >= Duration(0) && *interval < 1s) {
      check.error(*poll, "`spec.pollInterval` is below 1s", "leave it out for one look a minute");
    }
  }
  config_.fleet = std::move(fleet);
}

GitSpec ConfigReader::git_spec(const codec::YamlNode& git, ConfigCheck& check,
                               std::string_view file) {
  GitSpec spec;
  std::string url = git_url(git, check, file);
  const bool own = fleet_ != nullptr && url == fleet_->url;
  if (own) spec = *fleet_;  // what opens the repository once opens it again
  spec.url = std::move(url);
  const codec::YamlNode* ref = git.find("ref");
  if (ref != nullptr && !ref->is_mapping()) ref = nullptr;
  if (ref != nullptr || !own) spec.ref = git_ref(ref, check);
  if (ref == nullptr && !own) spec.ref.branch = "main";
  spec.path = tree_path(git.find("path"), check);
  git_access(git, spec, check, file);
  if (const codec::YamlNode* verify = git.find("verify"); verify && verify->is_mapping()) {
    git_verify(*verify, spec, check, file);
  }
  return spec;
}

void ConfigReader::git_access(const codec::YamlNode& git, GitSpec& spec, ConfigCheck& check,
                              std::string_view file) {
  const codec::YamlNode* credentials = git.find("credentials");
  std::string key = local_file(git, "credentialsFile", check, file), variable;
  int ways = key.empty() ? 0 : 1;
  if (credentials != nullptr && credentials->is_mapping()) {
    const std::string named = local_file(*credentials, "file", check, file);
    variable = credentials->value["env"].str();
    ways += (named.empty() ? 0 : 1) + (variable.empty() ? 0 : 1);
    if (!named.empty()) key = named;
    if (ways == 0) {
      check.error(*credentials, "`credentials` names nothing", "set one of file and env");
    }
  }
  if (ways > 1) {
    check.error(credentials != nullptr ? *credentials : git, "credentials are given twice",
                "set one of credentials.file, credentials.env and credentialsFile");
  }
  if (ways > 0) {
    spec.credentials_file = std::move(key);
    spec.credentials_env = std::move(variable);
  }
  const auto take = [&](std::string& member, std::string value) {
    if (!value.empty()) member = std::move(value);
  };
  take(spec.ca_file, local_file(git, "caFile", check, file));
  take(spec.known_hosts_file, local_file(git, "knownHostsFile", check, file));
  take(spec.proxy, git.value["proxy"].str());
  if (git.value["submodules"].is_bool()) spec.submodules = git.value["submodules"].as_bool();
  if (const codec::YamlNode* proxy = git.find("proxy"); proxy && proxy->value.is_string()) {
    const std::string_view url = proxy->value.as_string();
    const bool known = url.starts_with("http://") || url.starts_with("https://") ||
                       url.starts_with("socks5://") || url.starts_with("socks5h://");
    if (!known) {
      check.error(*proxy, "`proxy` is no URL of a proxy",
                  "write it like http://proxy.example.com:3128");
    } else if (holds_credentials(url)) {
      check.error(*proxy, "`proxy` holds credentials",
                  "set HTTPS_PROXY in the environment of Rumbo instead");
    } else if (spec.url.starts_with("ssh://")) {
      check.error(*proxy, "`proxy` is for http and https", "use an https URL");
    }
  }
}

void ConfigReader::git_verify(const codec::YamlNode& verify, GitSpec& spec, ConfigCheck& check,
                              std::string_view file) {
  spec.verify = {};
  const std::string_view mode = verify.value["mode"].as_string();
  if (mode == "tag") spec.verify.what = GitVerify::What::tag;
  if (mode == "both") spec.verify.what = GitVerify::What::both;
  spec.verify.allowed_signers_file = local_file(verify, "allowedSignersFile", check, file);
  spec.verify.keyring_file = local_file(verify, "keyringFile", check, file);
  for (const Value& one : verify.value["signers"].items()) {
    spec.verify.signers.push_back(one.str());
  }
  if (!spec.verify.on()) {
    check.error(verify, "`verify` names no keys", "set allowedSignersFile, keyringFile or both");
  }
  const bool follows_tag = !spec.ref.tag.empty() || !spec.ref.semver.empty();
  if (spec.verify.what != GitVerify::What::commit && !follows_tag) {
    check.error(verify, "`verify` asks for a signed tag, and `ref` follows none",
                "set ref.tag or ref.semver, or mode: commit");
  }
}

/// A file of this machine; a relative one counts from the configuration's directory.
std::string ConfigReader::local_file(const codec::YamlNode& from, std::string_view field,
                                     ConfigCheck& check, std::string_view file) {
  const codec::YamlNode* node = from.find(field);
  if (node == nullptr || !node->value.is_string()) return {};
  const std::string path = node->value.str();
  if (path.empty() || path.starts_with('/')) return path;
  if (fleet_ != nullptr) {
    check.error(*node, "`" + std::string(field) + "` is no absolute path",
                "keys are files of the machine that Rumbo runs on, never of a repository");
    return {};
  }
  std::error_code failed;
  const auto directory =
      std::filesystem::absolute(std::filesystem::path(file), failed).parent_path();
  return (directory / path).lexically_normal().string();
}

std::string ConfigReader::git_url(const codec::YamlNode& git, ConfigCheck& check,
                                  std::string_view file) {
  const codec::YamlNode* node = git.find("url");
  if (node == nullptr || !node->value.is_string()) return {};
  std::string url = node->value.str();
  if (url.empty()) {
    check.error(*node, "`spec.source.git.url` is empty", "write the repository's URL or path");
    return {};
  }
  if (holds_credentials(url)) {
    check.error(*node, "`spec.source.git.url` holds credentials",
                "put them into a file of mode 0600 and name it in credentialsFile");
    return {};
  }
  if (const std::size_t at = url.find("://"); at != std::string::npos) {
    static constexpr std::string_view kSchemes[] = {"https", "http", "ssh", "file"};
    const std::string scheme = url.substr(0, at);
    if (std::find(std::begin(kSchemes), std::end(kSchemes), scheme) == std::end(kSchemes)) {
      check.error(*node, "`spec.source.git.url` has the scheme `" + printable(scheme, 20) + "`",
                  "use https, http, ssh or file");
    }
    return url;
  }
  if (scp_like(url)) {
    check.error(*node, "`spec.source.git.url` is neither a URL nor a path",
                "write it as ssh://git@HOST/PATH");
    return {};
  }
  namespace fs = std::filesystem;
  if (fleet_ != nullptr && !url.starts_with('/')) {
    const fs::path inside = (fs::path(file).parent_path() / url).lexically_normal();
    prefix_ = inside == "." ? "" : inside.string();
    while (prefix_.ends_with('/')) prefix_.pop_back();
    if (prefix_ == ".." || prefix_.starts_with("../")) {
      check.error(*node, "`spec.source.git.url` leads out of the fleet repository",
                  "write `.`, or the URL of another repository");
    }
    return fleet_->url;
  }
  std::error_code failed;
  const fs::path directory = fs::absolute(fs::path(file), failed).parent_path();
  std::string path = (directory / url).lexically_normal().string();
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  return "file://" + path;
}

GitRef ConfigReader::git_ref(const codec::YamlNode* ref, ConfigCheck& check) {
  GitRef out;
  if (ref == nullptr || !ref->is_mapping()) return out;
  out.branch = ref->value["branch"].str();
  out.tag = ref->value["tag"].str();
  out.semver = ref->value["semver"].str();
  out.commit = ref->value["commit"].str();
  out.name = ref->value["name"].str();
  int set = 0;
  for (const std::string* one : {&out.branch, &out.tag, &out.semver, &out.commit, &out.name}) {
    if (one->empty()) continue;
    ++set;
    if (one->front() == '-') {
      check.error(*ref, "a Git reference cannot begin with `-`", "name a branch, tag or commit");
    }
  }
  if (set != 1) {
    check.error(*ref, set == 0 ? "`ref` names no commit" : "`ref` names several commits",
                "set exactly one of branch, tag, semver, commit, name");
    return out;
  }
  // What cannot name a commit whatever the repository holds.
  for (const char* member : {"branch", "tag", "semver", "commit", "name"}) {
    const codec::YamlNode* node = ref->find(member);
    if (node == nullptr || node->value.as_string().empty() || node->value.as_string()[0] == '-') {
      continue;
    }
    if (const auto checked = source::check_ref(out); !checked) {
      check.error(*node, checked.error().message(), checked.error().hint());
    } else if (const auto range = VersionRange::parse(out.semver); !out.semver.empty() && !range) {
      check.error(
          *node,
          "`" + printable(out.semver, 80) + "` is no version range: " + range.error().message(),
          range.error().hint());
    }
  }
  return out;
}

/// A path inside the repository's tree: relative, and never out of it.
std::string ConfigReader::tree_path(const codec::YamlNode* path, ConfigCheck& check) {
  if (path == nullptr || !path->value.is_string()) return prefix_;
  std::vector<std::string> parts;
  const std::string text = path->value.str();
  bool leaves = text.starts_with('/');
  for (const std::string_view part : split(text, '/')) {
    leaves = leaves || part == "..";
    if (!part.empty() && part != ".") parts.emplace_back(part);
  }
  if (leaves) {
    check.error(*path, "`path` leads out of the repository",
                "write it relative to the repository's root, without `..`");
  }
  if (!prefix_.empty()) parts.insert(parts.begin(), prefix_);
  return join(parts, "/");
}

}  // namespace rumbo::control
