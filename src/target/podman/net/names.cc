// The file of a network begins with the address aardvark listens on, then has lines
// "<id> <v4 addresses> <v6 addresses> <names>" between single spaces.
#include "target/podman/net/names.h"

#include <algorithm>
#include <csignal>
#include <fmt/core.h>

#include "base/strings.h"
#include "crypto/digest.h"
#include "target/podman/net/ipv6.h"

namespace rumbo::target::podman {
namespace {

constexpr std::uint64_t kMaxFile = 8u << 20;
/// "rumbo" in hexadecimal: ids of our lines begin so, and go on with the installation.
constexpr std::string_view kMark = "72756d626f";

std::string hex_of(std::string_view text, std::size_t digits) {
  constexpr std::size_t kName = 7;  // "sha256:"
  return crypto::sha256(text).substr(kName, digits);
}
std::string our_prefix(std::string_view install) {
  return std::string(kMark) + hex_of(install, 14);
}

std::string line_of(const ServiceName& name, std::string_view from_ns, std::string_view install) {
  const auto id =
      our_prefix(install) + hex_of(name.ns + "/" + name.service + "/" + name.address, 40);
  const auto names = join(names_of(name, from_ns), ",");
  const bool six = family_of(name.address) == Family::ipv6;
  return six ? fmt::format("{}  {} {}\n", id, name.address, names)
             : fmt::format("{} {}  {}\n", id, name.address, names);
}

/// Only what can stand in a line of the file: labels and an address.
bool fits(const ServiceName& name) {
  const auto labels = split(name.service, '.');
  return std::all_of(labels.begin(), labels.end(), is_dns_label) && is_dns_label(name.ns) &&
         family_of(name.address);
}

}  // namespace

std::vector<std::string> names_of(const ServiceName& name, std::string_view from_ns) {
  const auto qualified = name.service + "." + name.ns;
  std::vector<std::string> names;
  if (name.ns == from_ns) names.push_back(name.service);
  for (const std::string_view suffix : {"", ".svc", ".svc.cluster.local"}) {
    names.push_back(qualified + std::string(suffix));
  }
  return names;
}

std::vector<std::string> hosts_entries(const std::vector<ServiceName>& names,
                                       std::string_view from_ns) {
  std::vector<std::string> entries;
  for (const auto& name : names) {
    if (!fits(name)) continue;
    for (const auto& host : names_of(name, from_ns)) entries.push_back(host + ":" + name.address);
  }
  return entries;
}

std::string with_our_lines(std::string_view file, const std::vector<ServiceName>& names,
                           std::string_view from_ns, std::string_view install) {
  const auto ours = our_prefix(install);
  std::string text;
  for (const auto line : split(file, '\n')) {
    if (line.empty() || line.starts_with(ours)) continue;
    text += line;
    text += '\n';
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  for (const auto& name : sorted) {
    if (fits(name)) text += line_of(name, from_ns, install);
  }
  return text;
}

Names::Names(const io::Env& env, std::string install, std::string directory)
    : env_(env), install_(std::move(install)), directory_(std::move(directory)) {}

Result<bool> Names::publish(const std::string& network, const std::string& from_ns,
                            const std::vector<ServiceName>& names) {
  if (network.empty() || network.find('/') != std::string::npos || network.starts_with('.')) {
    return fail(Code::invalid, fmt::format("network `{}` has no file", printable(network, 80)));
  }
  const auto path = directory_ + "/" + network;
  const auto before = env_.files.read_all(path, kMaxFile);
  if (!before) {
    if (before.error().code() == Code::not_found) return false;
    return fail(before.error());
  }
  const auto after = with_our_lines(*before, names, from_ns, install_);
  if (after == *before) return true;
  const auto lines = std::count(after.begin(), after.end(), '\n');
  if (lines <= 1) {  // the listening address alone
    TRY(env_.files.remove(path));
    return signal_aardvark();
  }
  // Made outside of the directory: aardvark takes every file in it for a network.
  const auto fresh = directory_ + ".rumbo-" + network;
  TRY(env_.files.write_atomic(fresh, after, 0644));
  TRY(env_.files.rename(fresh, path));
  return signal_aardvark();
}

Result<bool> Names::signal_aardvark() {
  const auto pid_text = TRY(env_.files.read_all(directory_ + "/aardvark.pid", 64));
  const auto pid = parse_int(trim(pid_text));
  if (!pid || *pid <= 1) return fail(Code::corrupt, "aardvark.pid holds no process id");
  // The id may belong to another program by now.
  const auto program =
      env_.files.read_all("/proc/" + std::to_string(*pid) + "/comm", 64).value_or("");
  if (!program.starts_with("aardvark")) {
    return fail(Code::unavailable, "aardvark-dns does not run", Retry::later);
  }
  if (::kill(static_cast<pid_t>(*pid), SIGHUP) != 0) {
    return fail(Code::unavailable, "aardvark-dns cannot be told to read its files", Retry::later);
  }
  return true;
}

}  // namespace rumbo::target::podman
