#include "target/podman/podman_target.h"

#include "base/log.h"
#include "target/podman/check_object.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/net/host_network.h"
#include "target/podman/strays.h"
#include "target/podman/target_parts.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

/// Where Secret files go: memory where this machine has /run, else beside the others.
std::string memory_directory(io::FileSystem& files, const PodmanOptions& options) {
  std::string preferred = "/run/rumbo-" + options.install.value + "/pods";
  if (files.make_directories(preferred, 0700)) return preferred;
  return options.directory + "/memory";
}

}  // namespace

Capabilities podman_capabilities(const Ipv6Support& ipv6) {
  Capabilities out;
  out.atomic_switch = true;
  out.rolls_on_config_change = true;
  out.max_in_flight = 4;
  out.kinds = supported_kinds();
  out.hook_kinds = {"Job.batch", "Pod"};
  out.check = [ipv6](const Value& object) { return check_object(object, ipv6); };
  return out;
}

Ipv6Support ipv6_support(io::FileSystem& files, bool wanted) {
  if (!wanted) {
    return {Ipv6Support::State::off,
            "the environment's target does not turn it on (`podman: {ipv6: true}`)"};
  }
  if (auto why = no_ipv6_because(files)) return {Ipv6Support::State::off, *why};
  return {Ipv6Support::State::on, ""};
}

PodmanTarget::PodmanTarget(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

PodmanTarget::~PodmanTarget() {
  stop();
}

Result<std::unique_ptr<PodmanTarget>> PodmanTarget::open(PodmanOptions options, io::Env& env,
                                                         const Cancel& cancel) {
  auto parts = std::make_unique<Parts>(std::move(options), env);
  Parts& p = *parts;
  TRY(env.files.make_directories(p.options.directory, 0700));
  TRY(env.files.sync_directory(p.options.directory + "/.."));  // or the record in it would go
  p.boot_id = TRY(io::boot_id(env.files));
  p.store = TRY(RecordStore::open(env.files, p.options.directory + "/record.json"));
  ServiceOptions service;
  service.socket = p.options.socket;
  service.run_directory = p.options.directory + "/run";
  service.root = p.options.root;
  service.run_root = p.options.run_root;
  p.service = TRY(Service::open(env, std::move(service), cancel));
  p.images = std::make_unique<Images>(p.client());
  PodPlaces places;
  places.disk = p.options.directory + "/pods";
  places.memory = memory_directory(env.files, p.options);
  places.install = p.options.install;
  places.cgroup_limits = p.service->facts().cgroups == CgroupLayout::v2;
  std::string range6;
  if (ipv6_support(env.files, p.options.ipv6).state == Ipv6Support::State::on) {
    range6 = p.options.ipv6_range.empty() ? default_range6(p.options.install.value)
                                          : p.options.ipv6_range;
    TRY(range6_from(range6));
  }
  p.pods = std::make_unique<Pods>(p.env, p.client(), std::move(places));
  p.networks = std::make_unique<Networks>(p.env, p.client(), p.options.install, *p.store, range6);
  p.plane = std::make_unique<DataPlane>(p.env, p.options.install, p.boot_id, *p.store, p.live);
  p.agent = std::make_unique<Agent>(
      AgentParts{p.env, p.client(), p.options.install, p.options.directory + "/ready.json",
                 p.boot_id, *p.store, p.busy, *p.pods, *p.networks, *p.plane, p.live, p.watchers,
                 [&p] { return p.service->ensure(Cancel()); }});
  const auto strays = TRY(find_strays(p.client(), p.options.install, *p.store->read(), cancel));
  if (strays.empty()) {
    TRY(p.plane->settle());
  } else {
    p.frozen.with([&](auto& frozen) { frozen = ahead_error(strays); });
  }
  return std::unique_ptr<PodmanTarget>(new PodmanTarget(std::move(parts)));
}

void PodmanTarget::start() {
  parts_->wants_agent = true;
  // Its table and its pods stay as they are: what an old record says is not what runs.
  if (auto free = parts_->not_frozen(); !free) {
    log(LogLevel::error, "podman", "{}", free.error().to_string());
    return;
  }
  if (auto swept = parts_->pods->sweep_files(*parts_->store->read()); !swept) {
    log(LogLevel::warn, "podman", "{}", swept.error().to_string());
  }
  // Before the agent starts pods after a reboot: see prepare_host6().
  if (!parts_->store->read()->addresses.networks6.empty()) {
    if (auto done = parts_->plane->prepare_bridges(); !done) {
      log(LogLevel::warn, "podman", "{}", done.error().to_string());
    }
  }
  parts_->agent_started = parts_->env.clock.mono();
  parts_->agent->start();
}

void PodmanTarget::stop(Duration drain) {
  const MonoTime until = parts_->env.clock.mono() + drain;
  while (!parts_->agent->drained() && parts_->env.clock.mono() < until) parts_->env.sleep(50ms);
  parts_->agent->stop();
}

Result<std::string> PodmanTarget::identity(const Cancel& cancel) {
  return parts_->service->identity(cancel);
}

Result<std::string> PodmanTarget::incarnation(const Cancel&) {
  return parts_->boot_id;
}

Capabilities PodmanTarget::capabilities() const {
  return podman_capabilities(ipv6_support(parts_->env.files, parts_->options.ipv6));
}

Result<std::vector<ObservedVersion>> PodmanTarget::fence(const std::vector<Step>&,
                                                         const Fence& newer, const Cancel&) {
  TRY(parts_->store->change([&](Record& record) -> Result<> {
    raise_fence(record, newer);
    return {};
  }));
  return std::vector<ObservedVersion>{};
}

Result<> PodmanTarget::mirror(const TxnMirror&, const Fence&, const Cancel&) {
  return fail(Code::unsupported, "a podman host keeps no mirror of the journal");
}

Result<std::vector<TxnMirror>> PodmanTarget::mirrors(const InstallationId&, const Cancel&) {
  return std::vector<TxnMirror>{};
}

Result<std::vector<Owned>> PodmanTarget::list_owned(const InstallationId& install, const Cancel&) {
  const auto record = parts_->store->read();
  std::vector<Owned> out;
  for (const auto& [key, thing] : record->current) {
    if (thing.owner.install == install) out.push_back({key, thing.owner});
  }
  return out;
}

Result<std::unique_ptr<Watch>> PodmanTarget::watch(const InstallationId&, EventSink sink) {
  return parts_->watchers.add(std::move(sink));
}

}  // namespace rumbo::target::podman
