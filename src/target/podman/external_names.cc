#include "target/podman/external_names.h"

#include <algorithm>
#include <set>

#include "base/log.h"
#include "base/strings.h"
#include "target/podman/families.h"

namespace rumbo::target::podman {
namespace {

// The system's resolver tells no time to live: between what Kubernetes' DNS keeps and what hurts.
constexpr Duration kLookAgain = 30s;
constexpr Duration kTryAgain = 5s;
constexpr Duration kLookForAnswer = 1s;

}  // namespace

std::string service_meant(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  for (const std::string_view suffix : {".svc.cluster.local", ".svc"}) {
    if (!host.ends_with(suffix)) continue;
    const auto labels = split(host.substr(0, host.size() - suffix.size()), '.');
    if (labels.size() != 2) return {};
    return std::string(labels[1]) + "/" + std::string(labels[0]);
  }
  return {};
}

ExternalNames::Answer ExternalNames::names(const Record& record, MonoTime now) {
  Answer out;
  out.due = MonoTime::never();
  std::set<std::string> wanted;
  hosts_.with([&](auto& hosts) {
    for (const auto& [key, thing] : record.current) {
      const Value& spec = thing.object["spec"];
      if (key.kind != "Service" || spec["type"].as_string() != "ExternalName") continue;
      const std::string host = spec["externalName"].str();
      if (const std::string own = service_meant(host); !own.empty()) {
        for (std::string& address : service_addresses(record, own)) {
          out.names.push_back({key.name, key.ns, std::move(address)});
        }
        continue;
      }
      wanted.insert(host);
      Known& known = hosts[host];
      for (const std::string& address : known.addresses) {
        out.names.push_back({key.name, key.ns, address});
      }
      if (!known.asking && now >= known.due) {
        known.asking = true;
        known.due = now + kLookAgain;
        out.ask.push_back(host);
      }
      out.due = std::min(out.due, known.asking ? now + kLookForAnswer : known.due);
    }
    std::erase_if(hosts, [&](const auto& one) { return !wanted.contains(one.first); });
  });
  return out;
}

void ExternalNames::learn(const std::string& host,
                          const Result<std::vector<std::string>>& addresses, MonoTime now) {
  hosts_.with([&](auto& hosts) {
    const auto it = hosts.find(host);
    if (it == hosts.end()) return;
    Known& known = it->second;
    known.asking = false;
    known.due = now + (addresses ? kLookAgain : kTryAgain);
    if (addresses) {
      known.addresses = *addresses;
    } else if (!known.told) {
      log(LogLevel::warn, "podman", "an ExternalName Service: {}", addresses.error().to_string());
    }
    known.told = !addresses;
  });
}

}  // namespace rumbo::target::podman
