// logs: of the pods behind an object.
#include "base/strings.h"
#include "target/kubernetes/pods.h"
#include "target/kubernetes/target_parts.h"

namespace rumbo::target::kubernetes {
namespace {

/// The container a person means who names none.
std::string default_container(const Value& pod) {
  const std::string_view chosen = annotation(pod, "kubectl.kubernetes.io/default-container");
  return chosen.empty() ? pod["spec"]["containers"][0]["name"].str() : std::string(chosen);
}

bool has_container(const Value& pod, std::string_view name) {
  for (const char* list : {"containers", "initContainers", "ephemeralContainers"}) {
    for (const Value& one : pod["spec"][list].items()) {
      if (one["name"].as_string() == name) return true;
    }
  }
  return false;
}

std::string container_names(const Value& pod) {
  std::vector<std::string> names;
  for (const char* list : {"containers", "initContainers"}) {
    for (const Value& one : pod["spec"][list].items()) names.push_back(one["name"].str());
  }
  return join(names, ", ");
}

}  // namespace

Result<> KubernetesTarget::logs(const ObjectKey& key, const std::string& container,
                                const LogOptions& options, const LineSink& sink,
                                const Cancel& cancel) {
  const auto object = TRY(parts_->read(key, Read::consistent, cancel));
  if (!object) return fail(Code::not_found, key.to_string() + " does not exist");
  const auto pods = TRY(pods_of(parts_->client, parts_->discovery, *object, cancel));
  if (pods.empty()) return fail(Code::not_found, key.to_string() + " has no pods");
  for (const Value& pod : pods) {
    const std::string name = container.empty() ? default_container(pod) : container;
    if (!has_container(pod, name)) {
      return fail(Error(Code::not_found,
                        key.to_string() + " has no container `" + printable(name, 64) + "`")
                      .with_hint("it has " + container_names(pod)));
    }
    std::string query = "container=" + name + "&tailLines=" + std::to_string(options.tail);
    if (options.previous) query += "&previous=true";
    if (options.follow) query += "&follow=true";
    bool more = true;
    TRY(parts_->client.logs(
        pod["metadata"]["namespace"].as_string(), pod["metadata"]["name"].as_string(), query,
        [&](std::string_view line) { return more = sink(line); }, cancel));
    if (options.follow || !more) return {};  // one stream at a time: the first pod's
  }
  return {};
}

}  // namespace rumbo::target::kubernetes
