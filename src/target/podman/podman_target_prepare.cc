// prepare, release and dry_run: what happens before anything can be seen. Images are pulled and
// pinned; networks, virtual addresses and node ports are recorded before anyone uses them.
#include <set>

#include "base/log.h"
#include "io/time_zone_file.h"
#include "target/podman/check_object.h"
#include "target/podman/families.h"
#include "target/podman/image_keep.h"
#include "target/podman/image_reference.h"
#include "target/podman/images.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/net/host_network.h"
#include "target/podman/pod_spec.h"
#include "target/podman/routes.h"
#include "target/podman/target_parts.h"
#include "target/podman/transitions.h"

namespace rumbo::target::podman {
namespace {

bool is_service(const Object& object) {
  return object.key.kind == "Service" && object.key.group.empty();
}

Result<> reserve_service(Record& record, const Value& service, const std::vector<TakenRange>& taken,
                         const std::map<std::uint16_t, std::string>& listening,
                         std::vector<Value>& names, std::vector<Value>& routes) {
  if (is_headless(service)) return {};
  const AddressRanges ranges;
  names.push_back(service_name(service));
  std::string wanted_address = service["spec"]["clusterIP"].str();
  if (family_of(wanted_address) == Family::ipv6) {
    wanted_address = TRY(virtual4(record.addresses, wanted_address));
  }
  TRY(allocate_virtual(record.addresses, ranges, service_name(service), wanted_address, taken));
  if (!has_node_ports(service)) return {};
  for (const Value& port : service["spec"]["ports"].items()) {
    const std::string route = route_name(service, port);
    routes.push_back(route);
    const auto wanted = static_cast<std::uint16_t>(port["nodePort"].as_uint());
    TRY(allocate_node_port(record.addresses, ranges, route, wanted, listening));
  }
  return {};
}

}  // namespace

Result<Reservation> PodmanTarget::prepare(const Outline& outline, const Fence& fence,
                                          const Cancel& cancel) {
  TRY(parts_->not_frozen());
  TRY(parts_->same_storage(cancel));
  std::vector<ImageUse> uses;
  for (const Object& object : outline.objects) {
    for (ImageUse& use : images_of(object.value)) uses.push_back(std::move(use));
  }
  // Pulls may take minutes: nothing is locked meanwhile.
  std::set<std::string> pulled;
  const auto pins = TRY(parts_->images->pin(uses, outline.pins, cancel, &pulled));
  const auto taken = TRY(parts_->networks->taken());
  const auto listening = TRY(listeners(parts_->env));
  std::map<std::uint16_t, std::string> busy;
  for (const Listener& one : listening) busy.emplace(one.port, one.owner);
  const auto now = parts_->store->read();
  for (const Object& object : outline.objects) {
    const bool dual = parts_->networks->will_be_dual(*now, object.key.ns);
    for (const HeldPort& port : host_ports_asked(object.value, dual)) {
      if (auto free = check_free(listening, port); !free) {
        return fail(std::move(free).error().with_context(object.key.to_string()));
      }
    }
  }

  Reservation out;
  out.pins = pins;
  const auto edit = [&](Record& record) -> Result<> {
    std::set<std::string> namespaces;
    std::vector<Value> services, routes, spaces;
    std::vector<Member> pinned;
    TRY(choose_virtual_range(record.addresses, AddressRanges(), taken.four));
    for (const Object& object : outline.objects) {
      const std::string& ns = object.key.kind == "Namespace" ? object.key.name : object.key.ns;
      if (!ns.empty()) namespaces.insert(ns);
    }
    for (const std::string& ns : namespaces) {
      TRY(parts_->networks->reserve(record, ns, taken));
      spaces.emplace_back(ns);
    }
    for (const Object& object : outline.objects) {
      if (!is_service(object)) continue;
      auto reserved = reserve_service(record, object.value, taken.four, busy, services, routes);
      if (!reserved) {
        return fail(std::move(reserved).error().with_context(object.key.to_string()));
      }
    }
    for (const auto& [reference, pin] : pins) pinned.emplace_back(reference, pin);
    for (const std::string& reference : pulled) record.pulled[reference] = pins.at(reference);
    out.opaque = Value::object({{"namespaces", Value::array(std::move(spaces))},
                                {"pins", Value::object(std::move(pinned))},
                                {"routes", Value::array(std::move(routes))},
                                {"services", Value::array(std::move(services))}});
    record.reservations.insert_or_assign(outline.txn, out.opaque);
    return {};
  };
  TRY(parts_->change_fenced(fence, edit));
  return out;
}

Result<> PodmanTarget::release(const TxnId& txn, const Fence&, const Cancel& cancel) {
  std::set<std::string> wanted, leaving;
  TRY(parts_->store->change([&](Record& record) -> Result<> {
    note_generation(record, txn, parts_->options.keep_images);
    record.reservations.erase(txn);
    record.fences.erase(txn);
    std::vector<ObjectKey> over;
    for (const auto& [at, thing] : record.hooks) {
      if (at.first == txn) over.push_back(at.second);
    }
    for (const ObjectKey& key : over) drop_hook(record, txn, key, parts_->now());
    release_unused_addresses(record);
    wanted = wanted_pins(record);
    leaving = pulled_for_nothing(record);
    return {};
  }));
  // Images only hold disk space: the next release tries again.
  const auto told = [](const Result<>& done) {
    if (!done) {
      log(LogLevel::info, "podman", "images are kept for now: {}", done.error().to_string());
    }
    return done.has_value();
  };
  bool gone = told(parts_->images->release_except(wanted, cancel));
  for (const std::string& reference : leaving) {
    gone = gone && told(parts_->images->let_go(reference, cancel));
  }
  if (gone && !leaving.empty()) {
    TRY(parts_->store->change([&](Record& record) -> Result<> {
      const auto still = pulled_for_nothing(record);
      for (const std::string& reference : leaving) {
        if (still.contains(reference)) record.pulled.erase(reference);
      }
      return {};
    }));
  }
  parts_->agent->wake();
  return {};
}

Result<std::vector<HeldImage>> PodmanTarget::images(const Cancel&) {
  const auto record = parts_->store->read();
  std::vector<HeldImage> out;
  std::set<std::string> told;
  const auto tell = [&](const std::string& reference, const std::string& pin, std::string why) {
    if (told.insert(pin + " " + reference).second) out.push_back({reference, pin, std::move(why)});
  };
  for (const Thing* thing : record->things()) {
    for (const auto& [reference, pin] : thing->pins) tell(reference, pin, "runs");
  }
  for (auto it = record->generations.rbegin(); it != record->generations.rend(); ++it) {
    for (const auto& [reference, pin] : it->pins) {
      tell(reference, pin, "kept for " + it->txn.value);
    }
  }
  for (const std::string& reference : pulled_for_nothing(*record)) {
    tell(reference, record->pulled.at(reference), "may go");
  }
  return out;
}

Result<std::map<std::string, std::string>> PodmanTarget::current_images(
    const std::vector<Object>& objects, const Cancel& cancel) {
  TRY(parts_->not_frozen());
  std::set<ImageUse> uses;
  for (const Object& object : objects) {
    for (const ImageUse& use : images_of(object.value)) {
      const ImageReference reference = TRY(parse_image(use.reference));
      const bool moves = reference.digest.empty() && !reference.built_here();
      if (moves && use.policy != PullPolicy::never)
        uses.insert({use.reference, PullPolicy::always});
    }
  }
  std::set<std::string> pulled;
  auto now = TRY(parts_->images->pin({uses.begin(), uses.end()}, {}, cancel, &pulled));
  // What nothing comes to use is let go like the images of a transaction that was taken back.
  TRY(parts_->store->change([&](Record& record) -> Result<> {
    for (const std::string& reference : pulled) record.pulled[reference] = now.at(reference);
    return {};
  }));
  return now;
}

Result<DryRun> PodmanTarget::dry_run(const Step& step, const Cancel&) {
  DryRun out;
  const auto record = parts_->store->read();
  const Ipv6Support ipv6 = ipv6_support(parts_->env.files, parts_->options.ipv6);
  for (const Item& item : step.items) {
    DryRunItem one;
    one.key = item.key;
    const bool writes = step.kind != StepKind::prune && step.kind != StepKind::retire;
    for (const FieldFinding& finding :
         writes ? check_object(item.want_object, ipv6) : std::vector<FieldFinding>()) {
      if (finding.ignored) {
        one.ignored.push_back(finding.pointer);
        continue;
      }
      if (one.accepted) one.message = finding.message;
      one.accepted = false;
    }
    const std::string& ns = item.key.ns;
    if (writes && one.accepted && item.key.kind == "Service" && needs_ipv6(item.want_object) &&
        !parts_->networks->will_be_dual(*record, ns)) {
      one.accepted = false;
      one.message = "the network of namespace " + ns +
                    " was made without IPv6, and cannot be changed while pods run in it "
                    "(docs/networking.md, IPv6)";
    }
    const Value& zone = item.want_object["spec"]["timeZone"];
    if (writes && one.accepted && item.key.kind == "CronJob" && zone.is_string() &&
        !io::time_zone_file(parts_->env.files, zone.as_string())) {
      one.accepted = false;
      one.message = "spec.timeZone: this machine knows no time zone `" + zone.str() +
                    "` (is tzdata installed?)";
    }
    out.items.push_back(std::move(one));
  }
  return out;
}

}  // namespace rumbo::target::podman
