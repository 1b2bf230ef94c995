#include "control/fleet.h"

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "codec/json.h"
#include "source/git_refs.h"
#include "source/git_url.h"

namespace rumbo::control {
namespace {

constexpr std::uint64_t kMostKept = 256ull << 20;
constexpr std::uint64_t kMostTogether = 64ull << 20;

bool is_full_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

tl::unexpected<Error> wrong_url(std::string message) {
  return fail(Error(Code::invalid, std::move(message))
                  .with_hint("write it like https://host/team/fleet.git//clusters/prod?ref=main"));
}

Result<> read_query(std::string_view query, GitRef& ref) {
  bool seen = false;
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = part.find('=');
    const std::string_view key = part.substr(0, equals);
    const std::string value(equals == std::string_view::npos ? "" : part.substr(equals + 1));
    if (value.empty() || seen) {
      return wrong_url(value.empty() ? "`" + printable(part, 80) + "` names no commit"
                                     : "the configuration's URL names several commits");
    }
    seen = true;
    if (key == "branch") {
      ref.branch = value;
    } else if (key == "tag") {
      ref.tag = value;
    } else if (key == "semver") {
      ref.semver = value;
    } else if (key == "commit" || (key == "ref" && is_full_id(value))) {
      ref.commit = value;
    } else if (key == "ref" && (value == "HEAD" || value.starts_with("refs/"))) {
      ref.name = value;
    } else if (key == "ref") {
      ref.branch = ref.tag = value;  // the remote decides which it is
    } else {
      return wrong_url("unknown `" + printable(key, 80) + "` in the configuration's URL");
    }
  }
  return {};
}

Result<Revision> resolve(Source& source, GitSpec& git, const Cancel& cancel) {
  if (git.ref.branch.empty() || git.ref.tag.empty()) return source.resolve(git, cancel);
  const std::string name = git.ref.branch;
  git.ref.tag.clear();
  auto branch = source.resolve(git, cancel);
  if (branch || branch.error().code() != Code::not_found) return branch;
  git.ref.branch.clear();
  git.ref.tag = name;
  auto tag = source.resolve(git, cancel);
  if (tag || !source::is_missing_reference(tag.error())) return tag;
  return fail(
      Error(Code::not_found, "the repository has no branch or tag `" + printable(name, 128) + "`")
          .with_hint("check the reference, or push it first"));
}

std::string shown(const Fleet& fleet) {
  const auto url = source::parse_git_url(fleet.git.url);
  return (url ? url->shown : std::string("its repository")) +
         (fleet.git.path.empty() ? "" : "//" + fleet.git.path);
}

Value to_value(const GitRef& ref) {
  return Value::object({{"branch", ref.branch},
                        {"tag", ref.tag},
                        {"semver", ref.semver},
                        {"commit", ref.commit},
                        {"name", ref.name}});
}

GitRef ref_from(const Value& value) {
  return {value["branch"].str(), value["tag"].str(), value["semver"].str(), value["commit"].str(),
          value["name"].str()};
}

/// What must be the same for a kept configuration to be this one's.
Value identity(const Fleet& fleet) {
  return Value::object(
      {{"url", fleet.git.url}, {"path", fleet.git.path}, {"ref", to_value(fleet.git.ref)}});
}

}  // namespace

bool is_fleet_url(std::string_view text) {
  return text.find("://") != std::string_view::npos;
}

Result<Fleet> parse_fleet_url(std::string_view url) {
  Fleet fleet;
  const auto question = url.find('?');
  if (question != std::string_view::npos) {
    TRY(read_query(url.substr(question + 1), fleet.git.ref));
    url = url.substr(0, question);
  }
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return wrong_url("this is no URL of a Git repository");
  // file:///srv/fleet//clusters: the slash after the scheme belongs to the path.
  const auto inside = url.find("//", scheme + 4);
  if (inside != std::string_view::npos) {
    std::vector<std::string> parts;
    for (const auto part : split(url.substr(inside + 2), '/')) {
      if (part == "..") return wrong_url("the configuration's path leads out of the repository");
      if (!part.empty() && part != ".") parts.emplace_back(part);
    }
    fleet.git.path = join(parts, "/");
    url = url.substr(0, inside);
  }
  fleet.git.url = url;
  TRY(source::parse_git_url(fleet.git.url));
  return fleet;
}

Result<FleetState> read_fleet(Source& source, const Fleet& fleet, const Cancel& cancel) {
  FleetState state;
  GitSpec git = fleet.git;
  state.revision = TRY(resolve(source, git, cancel));
  SourceBounds bounds;
  bounds.max_file_bytes = kMostConfigBytes;
  state.ref = git.ref;
  const auto snapshot = TRY(source.fetch(git, state.revision, bounds, cancel));
  state.revision = snapshot->revision();
  const std::string prefix = git.path.empty() ? "" : git.path + "/";
  std::uint64_t bytes = 0;
  for (const auto& file : TRY(snapshot->list(git.path))) {
    const std::string_view name = std::string_view(file.path).substr(prefix.size());
    if (name.find('/') != std::string_view::npos || !is_config_file(name)) continue;
    std::string text = TRY(snapshot->read(file.path));
    bytes += text.size();
    if (state.texts.size() == kMostConfigFiles || bytes > kMostTogether) {
      return fail(Code::too_large, "the configuration is larger than 1000 files or 64 MiB");
    }
    state.texts.emplace_back(file.path, std::move(text));
  }
  if (!state.texts.empty()) return state;
  return fail(Error(Code::not_found, "there are no *.yaml files right in " +
                                         (git.path.empty() ? "the root" : "`" + git.path + "`") +
                                         " of the repository at " + state.revision.name)
                  .with_hint("name their directory after `//` in the URL"));
}

std::string describe(const FleetState& state, const Fleet& fleet) {
  return state.revision.name + " of " + shown(fleet);
}

Result<Config> parse_fleet(const FleetState& state, const Fleet& fleet) {
  GitSpec git = fleet.git;
  git.path.clear();
  git.ref = state.ref;
  auto config = parse_config(state.texts, git);
  if (config) return config;
  return fail(std::move(config).error().with_context("at " + describe(state, fleet)));
}

std::optional<FleetState> kept_fleet(io::FileSystem& files, const std::string& file,
                                     const Fleet& fleet) {
  if (!files.stat(file)) return std::nullopt;
  const auto text = files.read_all(file, kMostKept);
  const auto value = text ? codec::parse_json(*text) : Result<Value>(fail(text.error()));
  if (!value) {
    log(LogLevel::warn, "config", "what was kept of the configuration cannot be read: {}",
        value.error().to_string());
    return std::nullopt;
  }
  if ((*value)["source"] != identity(fleet)) return std::nullopt;
  FleetState state;
  const Value& revision = (*value)["revision"];
  state.revision = {revision["id"].str(), revision["name"].str(), revision["subject"].str(),
                    revision["signer"].str()};
  state.ref = ref_from((*value)["ref"]);
  for (const Value& one : (*value)["files"].items()) {
    state.texts.emplace_back(one["path"].str(), one["text"].str());
  }
  if (state.texts.empty()) return std::nullopt;
  return state;
}

Result<> keep_fleet(io::FileSystem& files, const std::string& file, const Fleet& fleet,
                    const FleetState& state) {
  std::vector<Value> texts;
  for (const auto& [path, text] : state.texts) {
    texts.push_back(Value::object({{"path", path}, {"text", text}}));
  }
  const Revision& at = state.revision;
  const Value kept = Value::object(
      {{"source", identity(fleet)},
       {"ref", to_value(state.ref)},
       {"revision",
        Value::object(
            {{"id", at.id}, {"name", at.name}, {"subject", at.subject}, {"signer", at.signer}})},
       {"files", Value::array(std::move(texts))}});
  return files.write_atomic(file, codec::to_json(kept));
}

}  // namespace rumbo::control
