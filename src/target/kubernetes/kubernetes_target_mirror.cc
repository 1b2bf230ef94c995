// mirror and mirrors: the head of the journal and the inventory of each scope, in a Secret beside
// its objects, so that a lost disk does not lose what Rumbo owns.
#include <map>
#include <set>

#include "target/kubernetes/mirror_text.h"
#include "target/kubernetes/ownership.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {
namespace {

/// Always there, for scopes whose namespace is not.
constexpr std::string_view kFallback = "default";

const Resource& secrets() {
  static const Resource kSecrets{"", "v1", "Secret", "secrets", true, {}, {}};
  return kSecrets;
}

bool owns_something(const TxnMirror& mirror, const Scope& scope) {
  for (const auto& [owner, key] : mirror.inventory) {
    if (owner == scope) return true;
  }
  return false;
}

}  // namespace

Result<> KubernetesTarget::mirror(const TxnMirror& mirror, const Fence& fence,
                                  const Cancel& cancel) {
  for (const Scope& scope : mirror.scopes) {
    const auto configured = parts_->options.namespaces.find(scope.environment);
    const std::string ns = configured == parts_->options.namespaces.end() ? std::string(kFallback)
                                                                          : configured->second;
    const std::string name = mirror_name(fence.install, scope);
    if (!owns_something(mirror, scope)) {
      for (const std::string& place : {ns, std::string(kFallback)}) {
        const auto removed = parts_->client.remove(secrets(), place, name, {}, cancel);
        if (!removed && removed.error().failure != ApiFailure::absent) {
          return fail(Error(removed.error()));
        }
      }
      continue;
    }
    const ApplyOptions how{std::string(kManager), true, false};
    auto written = parts_->client.apply(secrets(), mirror_object(mirror, scope, fence.install, ns),
                                        how, cancel);
    if (!written && written.error().failure == ApiFailure::absent) {
      written = parts_->client.apply(
          secrets(), mirror_object(mirror, scope, fence.install, std::string(kFallback)), how,
          cancel);
    }
    if (written) continue;
    // An apply of the same record may always be sent again.
    const bool again = written.error().error.retry() == Retry::unknown_outcome;
    return fail(again ? std::move(written.error().error).with_retry(Retry::later)
                      : std::move(written.error().error));
  }
  return {};
}

Result<std::vector<TxnMirror>> KubernetesTarget::mirrors(const InstallationId& install,
                                                         const Cancel& cancel) {
  ListOptions options;
  options.label_selector = std::string(kMirrorLabel) + "=" + install.value;
  std::vector<Value> found;
  const auto keep = [&](Value secret) { found.push_back(std::move(secret)); };
  const auto all = parts_->client.list(secrets(), options, keep, cancel);
  if (!all && all.error().failure != ApiFailure::forbidden) return fail(Error(all.error()));
  if (!all) {
    // An account of a few namespaces: the records are in those of its environments.
    std::set<std::string> places{std::string(kFallback)};
    for (const auto& [environment, ns] : parts_->options.namespaces) places.insert(ns);
    for (const std::string& ns : places) {
      options.ns = ns;
      const auto some = parts_->client.list(secrets(), options, keep, cancel);
      if (!some && some.error().failure != ApiFailure::forbidden) {
        return fail(Error(some.error()));
      }
    }
  }
  std::vector<TxnMirror> out;
  for (const Value& secret : found) {
    auto mirror = mirror_from(secret);
    if (!mirror) {
      return fail(std::move(mirror)
                      .error()
                      .with_context(key_of(secret).to_string())
                      .with_hint("someone changed this record of Rumbo's: delete the Secret, the "
                                 "next transaction writes it anew"));
    }
    out.push_back(std::move(*mirror));
  }
  return out;
}

}  // namespace rumbo::target::kubernetes
