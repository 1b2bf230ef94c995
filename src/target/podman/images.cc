// Pulling and pinning. Podman's service finds credentials itself (auth.json of `podman login`).
#include "target/podman/images.h"

#include <algorithm>
#include <fmt/core.h>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "target/podman/pod_spec.h"

namespace rumbo::target::podman {
namespace {

constexpr std::string_view kKeepName = "localhost/rumbo/keep";

PullPolicy policy_of(const Value& container) {
  const std::string_view policy = container["imagePullPolicy"].as_string();
  if (policy == "Always") return PullPolicy::always;
  if (policy == "Never") return PullPolicy::never;
  if (policy == "IfNotPresent") return PullPolicy::missing;
  const auto reference = parse_image(container["image"].as_string());
  const bool latest = reference && reference->digest.empty() && reference->tag == "latest";
  return latest ? PullPolicy::always : PullPolicy::missing;
}

// Of the names by digest that Podman knows, the one of this repository.
std::string digest_name(const Value& image, const ImageReference& reference) {
  const std::string wanted = reference.name() + "@";
  std::vector<std::string> matches;
  for (const Value& name : image["RepoDigests"].items()) {
    if (name.as_string().starts_with(wanted)) matches.push_back(name.str());
  }
  // An image keeps the digests of a manifest list and of its own manifest: the first of them in
  // Podman's order is the one it was asked for, unless the reference says which.
  for (const std::string& match : matches) {
    if (!reference.digest.empty() && match.ends_with(reference.digest)) return match;
  }
  return matches.empty() ? "" : matches.front();
}

std::string pin_of(const Value& image, const ImageReference& reference) {
  if (!reference.digest.empty() && !reference.built_here()) return reference.to_string();
  if (auto name = digest_name(image, reference); !name.empty()) return name;
  return "sha256:" + image["Id"].str();
}

bool is_id(std::string_view pin) {
  return pin.starts_with("sha256:");
}

std::string hex_of(std::string_view pin) {
  return std::string(pin.substr(pin.rfind(':') + 1));
}

tl::unexpected<Error> absent(const std::string& reference, std::string_view why) {
  return fail(Code::not_found, fmt::format("image {}: {}", reference, why));
}

}  // namespace

std::vector<ImageUse> images_of(const Value& object) {
  std::set<ImageUse> uses;
  const Value pod_template = pod_template_of(object);
  for (const char* list : {"initContainers", "containers"}) {
    for (const Value& container : pod_template["spec"][list].items()) {
      if (container["image"].is_string()) {
        uses.insert({container["image"].str(), policy_of(container)});
      }
    }
  }
  return {uses.begin(), uses.end()};
}

Images::Images(const Client& client, ImageOptions options)
    : client_(client), options_(std::move(options)) {}

bool Images::tls(const ImageReference& reference) const {
  return !reference.loopback() && !options_.insecure_registries.contains(reference.registry);
}

// The id of a local image by name, or by digest when its name moved on; empty if there is none.
Result<std::string> Images::find_local(const ImageReference& reference,
                                       const Cancel& cancel) const {
  auto image = client_.inspect_image(reference.to_string(), cancel);
  if (image) return (*image)["Id"].str();
  if (image.error().code() != Code::not_found) return fail(std::move(image).error());
  if (reference.digest.empty()) return std::string();
  const Value list = TRY(client_.list_images(cancel));
  for (const Value& item : list.items()) {
    if (item["Digest"].as_string() == reference.digest) return item["Id"].str();
    for (const Value& name : item["RepoDigests"].items()) {
      if (name.as_string().ends_with("@" + reference.digest)) return item["Id"].str();
    }
  }
  return std::string();
}

Result<> Images::keep(const std::string& id, const std::string& pin, const Cancel& cancel) const {
  return client_.tag_image(id, std::string(kKeepName), hex_of(pin), cancel);
}

Result<std::string> Images::pin_one(const ImageUse& use, const std::string* known,
                                    const Cancel& cancel, std::set<std::string>* pulled) const {
  const ImageReference reference = TRY(parse_image(use.reference));
  // What was decided once (the transaction's own first attempt, a heal, a rollback) stays decided.
  if (known != nullptr) {
    if (auto id = id_of(*known, cancel); id) return *known;
  }
  // Images built here come from no registry: there is nothing to look at but what is present.
  const bool ask = use.policy != PullPolicy::never && !reference.built_here();
  std::string id =
      use.policy == PullPolicy::always && ask ? std::string() : TRY(find_local(reference, cancel));
  if (id.empty() && !ask) {
    if (reference.built_here()) return absent(use.reference, "was not built on this host");
    return absent(use.reference, "is not present, and imagePullPolicy is Never");
  }
  if (id.empty()) {
    id = TRY(client_.pull({.reference = reference.to_string(),
                           .policy = PullPolicy::always,
                           .tls_verify = tls(reference),
                           .auth = std::nullopt},
                          cancel));
    if (pulled != nullptr) pulled->insert(use.reference);
  }
  const Value image = TRY(client_.inspect_image(id, cancel));
  std::string pin = pin_of(image, reference);
  TRY(keep(id, pin, cancel));
  return pin;
}

Result<std::map<std::string, std::string>> Images::pin(
    const std::vector<ImageUse>& uses, const std::map<std::string, std::string>& known,
    const Cancel& cancel, std::set<std::string>* pulled) const {
  // One reference used with several policies is looked at once, by the most eager of them.
  std::map<std::string, PullPolicy> wanted;
  for (const ImageUse& use : uses) {
    const auto [place, fresh] = wanted.emplace(use.reference, use.policy);
    if (!fresh) place->second = std::min(place->second, use.policy);
  }
  std::map<std::string, std::string> pins;
  for (const auto& [reference, policy] : wanted) {
    const auto found = known.find(reference);
    const std::string* before = found == known.end() ? nullptr : &found->second;
    pins[reference] = TRY(pin_one({reference, policy}, before, cancel, pulled));
  }
  return pins;
}

Result<std::string> Images::id_of(const std::string& pin, const Cancel& cancel) const {
  if (is_id(pin)) {
    const Value image = TRY(client_.inspect_image(hex_of(pin), cancel));
    return image["Id"].str();
  }
  // Our own name first: it stays when the user's tag moves.
  const std::string kept = fmt::format("{}:{}", kKeepName, hex_of(pin));
  if (auto image = client_.inspect_image(kept, cancel)) return (*image)["Id"].str();
  const ImageReference reference = TRY(parse_image(pin));
  std::string id = TRY(find_local(reference, cancel));
  if (id.empty() && reference.built_here()) return absent(pin, "is no longer on this host");
  if (id.empty()) {
    id = TRY(client_.pull({.reference = pin,
                           .policy = PullPolicy::missing,
                           .tls_verify = tls(reference),
                           .auth = std::nullopt},
                          cancel));
  }
  TRY(keep(id, pin, cancel));
  return id;
}

Result<> Images::release_except(const std::set<std::string>& wanted, const Cancel& cancel) const {
  std::set<std::string> kept;
  for (const std::string& pin : wanted) kept.insert(hex_of(pin));
  const Value list = TRY(client_.list_images(cancel));
  const std::string prefix = fmt::format("{}:", kKeepName);
  for (const Value& image : list.items()) {
    for (const Value& name : image["RepoTags"].items()) {
      if (!name.as_string().starts_with(prefix)) continue;
      const std::string tag = name.str().substr(prefix.size());
      if (kept.contains(tag)) continue;
      auto gone = client_.untag_image(image["Id"].str(), std::string(kKeepName), tag, cancel);
      // Another transaction that ended at the same time was first.
      if (!gone && gone.error().code() != Code::not_found) return gone;
    }
  }
  return {};
}

Result<> Images::let_go(const std::string& reference, const Cancel& cancel) const {
  const ImageReference parsed = TRY(parse_image(reference));
  const std::string name = parsed.to_string();
  auto gone = parsed.digest.empty() ? client_.untag_image(name, parsed.name(), parsed.tag, cancel)
                                    : client_.remove_image(name, false, cancel);
  const Code code = gone ? Code::not_found : gone.error().code();
  if (code == Code::not_found || code == Code::conflict) return {};
  return gone;
}

}  // namespace rumbo::target::podman
