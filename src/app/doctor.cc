// doctor: whether this machine and the installation are fit, and what to type if not.
#include <algorithm>
#include <fmt/core.h>

#include "app/config_place.h"
#include "app/connect.h"
#include "app/handlers.h"
#include "app/paths.h"
#include "app/table.h"
#include "control/config_loader.h"
#include "target/podman/net/host_checks.h"

namespace rumbo::app {
namespace {

using target::podman::HostCheck;
using Level = HostCheck::Level;

HostCheck state_check(io::Env& env, const std::string& state) {
  const auto info = env.files.stat(state);
  if (!info) {
    return {"state", Level::warning, state + " does not exist yet", "the first sync makes it"};
  }
  if ((info->mode & 077u) != 0) {
    return {"state", Level::failure, state + " is open to other users", "chmod 700 " + state};
  }
  return {"state", Level::ok, state, ""};
}

/// A full disk stops all deployments, so it is told before it is full.
HostCheck space_check(io::Env& env, const std::string& state) {
  constexpr std::uint64_t kMiB = 1 << 20, kFew = 512 * kMiB, kTooFew = 64 * kMiB;
  // Where it will be made, if it is not there yet.
  std::string place = state;
  while (!place.empty() && !env.files.stat(place)) place.resize(place.rfind('/'));
  const auto free = env.files.free_bytes(place.empty() ? "/" : place);
  if (!free) return {"disk", Level::warning, free.error().message(), ""};
  const std::string text = fmt::format("{} MiB free below {}", *free / kMiB, state);
  if (*free >= kFew) return {"disk", Level::ok, text, ""};
  return {"disk", *free < kTooFew ? Level::failure : Level::warning, text,
          "free some space; `rumbo get images` tells what images are kept for"};
}

/// `ipv6` is set if an environment of this host wants it.
HostCheck config_check(const Session& session, bool& ipv6) {
  const Invocation& asked = session.invocation();
  const std::string state = session.state_directory();
  std::string path = asked.value("config");
  if (!control::is_fleet_url(path)) {
    const auto found = find_config(session.env().files, path, state);
    if (!found) return {"configuration", Level::warning, found.error().message(), "rumbo init"};
    path = *found;
  }
  const auto place =
      ConfigPlace::find(session.env().files, path, asked.value("config-credentials"), state);
  const auto loaded =
      place ? place->load_apart(session.env(), state) : Result<LoadedConfig>(fail(place.error()));
  if (!loaded) {
    return {"configuration", Level::failure, loaded.error().to_string(),
            "rumbo validate --config " + (place ? place->shown() : path)};
  }
  const Config& config = loaded->config;
  ipv6 = std::ranges::any_of(config.environments,
                             [](const Environment& one) { return one.podman.ipv6; });
  return {"configuration", Level::ok,
          fmt::format("{}: {} applications, {} environments", loaded->origin,
                      config.applications.size(), config.environments.size()),
          ""};
}

HostCheck daemon_check(io::Env& env, const std::string& state) {
  if (daemon_answers(env, state)) return {"daemon", Level::ok, "answers on rumbo.sock", ""};
  return {"daemon", Level::warning, "not running: nothing is watched, healed or probed",
          "rumbo serve"};
}

Value to_value(const std::vector<HostCheck>& checks) {
  std::vector<Value> all;
  for (const HostCheck& check : checks) {
    all.push_back(Value::object({{"name", check.name},
                                 {"level", to_string(check.level)},
                                 {"message", check.message},
                                 {"cure", check.cure}}));
  }
  return Value::object({{"checks", Value::array(std::move(all))}});
}

}  // namespace

Result<int> run_doctor(Session& session) {
  const std::string state = session.state_directory();
  bool ipv6 = false;
  std::vector<HostCheck> checks{state_check(session.env(), state),
                                space_check(session.env(), state), config_check(session, ipv6),
                                daemon_check(session.env(), state)};
  for (HostCheck& check : target::podman::check_host(session.env(), ipv6)) {
    checks.push_back(std::move(check));
  }
  bool failed = false;
  Table table({"CHECK", "RESULT", "WHAT"});
  std::string cures, names;
  for (const HostCheck& check : checks) {
    failed = failed || check.level == Level::failure;
    table.add({check.name, std::string(to_string(check.level)), check.message});
    if (check.level != Level::ok) names += check.name + "\n";
    if (check.level != Level::ok && !check.cure.empty()) {
      cures += "  " + check.name + ": " + check.cure + "\n";
    }
  }
  if (session.machine()) {
    session.print_value(to_value(checks));
  } else if (session.format() == Format::name) {
    session.print(names);
  } else {
    session.print(table.render(session.paint()));
    if (!cures.empty()) session.print("\nWhat to do:\n" + cures);
  }
  return failed ? kNo : kOk;
}

}  // namespace rumbo::app
