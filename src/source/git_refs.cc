#include "source/git_refs.h"

#include <algorithm>

#include "base/semver.h"
#include "base/strings.h"

namespace rumbo::source {
namespace {

constexpr std::string_view kNoReference = "the repository has no ";

/// What git's own check-ref-format allows, so that a name is never a pattern or an option.
bool is_ref_name(std::string_view name) {
  if (name.empty() || name.size() > 512 || name == "@") return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f) return false;
    if (std::string_view("~^:?*[\\").find(c) != std::string_view::npos) return false;
  }
  for (const auto part : split(name, '/')) {
    if (part.empty() || part.starts_with('.') || part.ends_with(".lock")) return false;
  }
  return !name.ends_with('.') && name.find("..") == std::string_view::npos &&
         name.find("@{") == std::string_view::npos;
}

bool is_full_name(std::string_view name) {
  return name == "HEAD" || name.starts_with("refs/");
}

/// The one full name this reference stands for; empty for semver and commit.
std::string full_name(const GitRef& ref) {
  if (!ref.branch.empty()) return "refs/heads/" + ref.branch;
  if (!ref.tag.empty()) return "refs/tags/" + ref.tag;
  if (!ref.name.empty()) return ref.name;
  return ref.semver.empty() && ref.commit.empty() ? "HEAD" : "";
}

std::string short_name(const GitRef& ref) {
  for (const auto* text : {&ref.branch, &ref.tag}) {
    if (!text->empty()) return *text;
  }
  return full_name(ref);
}

Revision revision(const std::string& id, const std::string& name) {
  return {.id = id, .name = name + "@" + id.substr(0, 7), .subject = ""};
}

/// The commit of a name: behind an annotated tag the peeled one. Empty if there is none.
std::string find(const std::vector<RemoteRef>& refs, std::string_view name) {
  std::string id;
  for (const auto& ref : refs) {
    if (ref.name == name && (id.empty() || ref.peeled)) id = ref.id;
  }
  return id;
}

Result<Revision> highest(const GitRef& wanted, const std::vector<RemoteRef>& refs) {
  const auto range = TRY(VersionRange::parse(wanted.semver));
  std::optional<Version> best;
  std::string tag;
  for (const auto& ref : refs) {
    if (!ref.name.starts_with("refs/tags/")) continue;
    const std::string name = ref.name.substr(10);
    const auto version = Version::parse(name);
    if (!version || !range.contains(*version)) continue;
    const int order = best ? version->compare(*best) : 1;
    if (order < 0 || (order == 0 && name < tag)) continue;
    best = version;
    tag = name;
  }
  if (!best) {
    return fail(Error(Code::not_found,
                      "no tag fits the version range `" + printable(wanted.semver, 128) + "`")
                    .with_hint("prereleases fit only a range that names one, as `>=1.0.0-0`"));
  }
  return revision(find(refs, "refs/tags/" + tag), tag);
}

}  // namespace

Result<> check_ref(const GitRef& ref) {
  const auto set = {&ref.branch, &ref.tag, &ref.semver, &ref.commit, &ref.name};
  if (std::count_if(set.begin(), set.end(), [](const auto* text) { return !text->empty(); }) > 1) {
    return fail(Error(Code::invalid, "a Git reference sets more than one member")
                    .with_hint("set one of branch, tag, semver, commit and name"));
  }
  for (const auto* text : {&ref.branch, &ref.tag, &ref.name}) {
    if (text->empty() || is_ref_name(*text)) continue;
    return fail(Code::invalid, "`" + printable(*text, 128) + "` is no valid Git reference");
  }
  if (!ref.name.empty() && !is_full_name(ref.name)) {
    return fail(Error(Code::invalid,
                      "the reference name `" + printable(ref.name, 128) + "` is not a full one")
                    .with_hint("write for example `refs/heads/main`, or use branch or tag"));
  }
  if (!ref.commit.empty() && !is_object_id(ref.commit)) {
    return fail(Error(Code::invalid, "`" + printable(ref.commit, 128) + "` is no full commit id")
                    .with_hint("write all 40 hex digits in lower case: a shorter id could come to "
                               "mean another commit"));
  }
  return {};
}

std::vector<std::string> remote_patterns(const GitRef& ref) {
  if (!ref.semver.empty()) return {"refs/tags/*"};
  const std::string name = full_name(ref);
  return {name, name + "^{}"};
}

bool is_missing_reference(const Error& error) {
  return error.code() == Code::not_found && error.message().starts_with(kNoReference);
}

Result<Revision> choose(const GitRef& ref, const std::vector<RemoteRef>& refs) {
  if (!ref.semver.empty()) return highest(ref, refs);
  if (!ref.commit.empty()) {
    return Revision{.id = ref.commit, .name = ref.commit.substr(0, 7), .subject = ""};
  }
  const std::string id = find(refs, full_name(ref));
  if (!id.empty()) return revision(id, short_name(ref));
  const std::string wanted = full_name(ref) == "HEAD" ? "HEAD" : ref.to_string();
  return fail(Error(Code::not_found, std::string(kNoReference) + wanted)
                  .with_hint("check the reference, or push it first"));
}

std::vector<std::string> refspecs(const GitRef& ref, const Revision& revision) {
  const auto copy = [](const std::string& name) {
    return "+" + name + ":refs/remote/" + (name.starts_with("refs/") ? name.substr(5) : name);
  };
  if (!ref.commit.empty()) return {copy("refs/heads/*"), copy("refs/tags/*")};
  if (!ref.semver.empty()) {
    const std::string tag = revision.name.substr(0, revision.name.rfind('@'));
    return {copy(is_ref_name(tag) ? "refs/tags/" + tag : "refs/tags/*")};
  }
  return {copy(full_name(ref))};
}

}  // namespace rumbo::source
