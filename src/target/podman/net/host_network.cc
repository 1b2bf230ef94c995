#include "target/podman/net/host_network.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fmt/core.h>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <unistd.h>

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::target::podman {
namespace {

constexpr std::uint64_t kMaxTable = 16u << 20;
constexpr Duration kTimeout{5'000'000'000};

Result<std::string> output_of(const io::Env& env, std::vector<std::string> argv) {
  io::Command command;
  command.argv = std::move(argv);
  command.env = io::minimal_environment();
  command.max_output = kMaxTable;
  const auto exit =
      TRY(env.process.run(command, Cancel().with_deadline(env.clock.mono() + kTimeout)));
  if (exit.status == 0) return exit.out;
  return fail(Code::unavailable,
              fmt::format("{} failed: {}", join(command.argv, " "), printable(trim(exit.err), 300)),
              Retry::later);
}

std::optional<std::uint32_t> hex_number(std::string_view text) {
  if (text.empty() || text.size() > 8) return std::nullopt;
  std::uint32_t number = 0;
  for (const char c : text) {
    const auto digit = std::string_view("0123456789ABCDEF").find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    number = number << 4 | static_cast<std::uint32_t>(digit);
  }
  return number;
}

/// /proc/net writes addresses as words of the machine's byte order.
std::optional<std::string> address_of(std::string_view hex) {
  if (hex.size() != 8 && hex.size() != 32) return std::nullopt;
  std::array<std::uint32_t, 4> words{};
  for (std::size_t i = 0; i < hex.size() / 8; ++i) {
    const auto word = hex_number(hex.substr(i * 8, 8));
    if (!word) return std::nullopt;
    words[i] = *word;
  }
  char text[INET6_ADDRSTRLEN];
  const int family = hex.size() == 8 ? AF_INET : AF_INET6;
  if (inet_ntop(family, words.data(), text, sizeof text) == nullptr) return std::nullopt;
  return std::string(text);
}

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  for (const auto word : split(line, ' ')) {
    if (!word.empty()) words.push_back(word);
  }
  return words;
}

/// inode → process, for the sockets asked for. Symlinks of /proc are no files of ours, so they are
/// read past io::FileSystem, which has no readlink.
std::map<std::uint64_t, int> owners_of(const std::set<std::uint64_t>& inodes) {
  namespace fs = std::filesystem;
  std::map<std::uint64_t, int> owners;
  std::error_code error;
  for (const auto& process : fs::directory_iterator("/proc", error)) {
    const auto pid = parse_int(process.path().filename().string());
    if (!pid) continue;
    for (const auto& entry : fs::directory_iterator(process.path() / "fd", error)) {
      const auto link = fs::read_symlink(entry.path(), error).string();
      if (!link.starts_with("socket:[") || !link.ends_with(']')) continue;
      const auto inode = parse_int(std::string_view(link).substr(8, link.size() - 9));
      if (!inode || !inodes.contains(static_cast<std::uint64_t>(*inode))) continue;
      auto& owner = owners[static_cast<std::uint64_t>(*inode)];
      // A socket of ours stays ours, though a child may have it too.
      if (owner != getpid()) owner = static_cast<int>(*pid);
    }
  }
  return owners;
}

/// "::" is every address of both families, unless the socket says otherwise, which nobody can see.
bool same_place(const Listener& listener, const HeldPort& wanted) {
  if (listener.protocol != wanted.protocol || listener.port != wanted.port.port) return false;
  if (listener.address == "::") return true;
  if (family_of(listener.address) != wanted.family) return false;
  return listener.address == "0.0.0.0" || wanted.port.address.empty() ||
         listener.address == wanted.port.address;
}

std::string text_of(const HeldPort& port) {
  std::string_view where = port.port.address;
  if (where.empty()) where = port.family == Family::ipv6 ? "::" : "*";
  return fmt::format("{}/{}", with_port(where, port.port.port), to_string(port.protocol));
}

/// Where to bind; how long it is in the kernel's eyes.
socklen_t address_of(const HeldPort& port, sockaddr_storage& out) {
  if (port.family == Family::ipv6) {
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(port.port.port);
    if (const auto bytes = parse_ipv6(port.port.address)) {
      std::memcpy(&six.sin6_addr, bytes->data(), bytes->size());
    }
    std::memcpy(&out, &six, sizeof six);
    return sizeof six;
  }
  sockaddr_in four{};
  four.sin_family = AF_INET;
  four.sin_port = htons(port.port.port);
  if (const auto number = parse_ipv4(port.port.address)) four.sin_addr.s_addr = htonl(*number);
  std::memcpy(&out, &four, sizeof four);
  return sizeof four;
}

std::string cidr_text(const Value& address, const char* key) {
  return fmt::format("{}/{}", address[key].str(), address["prefixlen"].as_int(128));
}

}  // namespace

Result<std::vector<TakenRange>> taken_from_routes(std::string_view json) {
  const auto document = TRY(codec::parse_json(json));
  std::vector<TakenRange> taken;
  for (const auto& route : document.items()) {
    const auto range = parse_cidr(route["dst"].str());
    if (!range || range->prefix == 0 || route["protocol"].str() == kRouteProtocol) continue;
    taken.push_back({*range, "route of " + route["dev"].str("another table")});
  }
  return taken;
}

Result<std::vector<TakenRange>> taken_from_addresses(std::string_view json) {
  const auto document = TRY(codec::parse_json(json));
  std::vector<TakenRange> taken;
  for (const auto& link : document.items()) {
    for (const auto& address : link["addr_info"].items()) {
      const auto range =
          parse_cidr(fmt::format("{}/{}", address["local"].str(), address["prefixlen"].as_int(32)));
      if (range) taken.push_back({*range, "address of " + link["ifname"].str()});
    }
  }
  return taken;
}

Result<std::vector<TakenRange>> taken_from_networks(std::string_view json) {
  const auto document = TRY(codec::parse_json(json));
  std::vector<TakenRange> taken;
  for (const auto& network : document.items()) {
    for (const auto& subnet : network["subnets"].items()) {
      const auto range = parse_cidr(subnet["subnet"].str());
      if (range) taken.push_back({*range, "podman network " + network["name"].str()});
    }
  }
  return taken;
}

Result<std::vector<TakenRange>> taken_ranges(const io::Env& env,
                                             const std::set<std::string>& own_bridges) {
  const auto routes = TRY(output_of(env, {"ip", "-4", "-j", "route"}));
  const auto links = TRY(output_of(env, {"ip", "-4", "-j", "addr"}));
  auto taken = TRY(taken_from_routes(routes));
  const auto addresses = TRY(taken_from_addresses(links));
  taken.insert(taken.end(), addresses.begin(), addresses.end());
  std::erase_if(taken, [&](const TakenRange& range) {
    return own_bridges.contains(range.owner.substr(range.owner.rfind(' ') + 1));
  });
  // It may not exist yet, and Podman makes it on first use.
  taken.push_back({*parse_cidr("10.88.0.0/16"), "podman's default network"});
  return taken;
}

Result<std::vector<TakenRange6>> taken_ranges6(const io::Env& env,
                                               const std::set<std::string>& own_bridges) {
  const auto routes_text = TRY(output_of(env, {"ip", "-6", "-j", "route"}));
  const auto links_text = TRY(output_of(env, {"ip", "-6", "-j", "addr"}));
  const auto routes = TRY(codec::parse_json(routes_text));
  const auto links = TRY(codec::parse_json(links_text));
  std::vector<TakenRange6> taken;
  const auto take = [&](const std::string& text, const std::string& link, std::string_view what) {
    const auto range = parse_cidr6(text);
    if (!range || range->prefix == 0 || own_bridges.contains(link)) return;
    taken.push_back({*range, fmt::format("{} of {}", what, link)});
  };
  for (const auto& route : routes.items()) {
    if (route["protocol"].str() == kRouteProtocol) continue;
    take(route["dst"].str(), route["dev"].str("another table"), "route");
  }
  for (const auto& link : links.items()) {
    for (const auto& address : link["addr_info"].items()) {
      take(cidr_text(address, "local"), link["ifname"].str(), "address");
    }
  }
  return taken;
}

std::optional<std::string> no_ipv6_because(io::FileSystem& files) {
  const auto off = files.read_all("/proc/sys/net/ipv6/conf/all/disable_ipv6", 16);
  if (!off) return "its kernel runs without IPv6";
  if (trim(*off) != "0") return "net.ipv6.conf.all.disable_ipv6 is 1";
  return std::nullopt;
}

std::vector<Listener> listeners_in(std::string_view proc_net, Protocol protocol) {
  const std::string_view wanted_state = protocol == Protocol::tcp ? "0A" : "07";
  std::vector<Listener> found;
  for (const auto line : split(proc_net, '\n')) {
    const auto words = words_of(line);
    if (words.size() < 10 || words[3] != wanted_state) continue;
    const auto colon = words[1].find(':');
    if (colon == std::string_view::npos) continue;
    const auto address = address_of(words[1].substr(0, colon));
    const auto port = hex_number(words[1].substr(colon + 1));
    const auto inode = parse_int(words[9]);
    if (!address || !port || *port > 65535 || !inode) continue;
    found.push_back({protocol, *address, static_cast<std::uint16_t>(*port),
                     static_cast<std::uint64_t>(*inode), ""});
  }
  return found;
}

Result<std::vector<Listener>> listeners(const io::Env& env) {
  std::vector<Listener> all;
  for (const auto& [file, protocol] : {std::pair<const char*, Protocol>{"tcp", Protocol::tcp},
                                       {"tcp6", Protocol::tcp},
                                       {"udp", Protocol::udp},
                                       {"udp6", Protocol::udp}}) {
    const auto text = env.files.read_all(std::string("/proc/net/") + file, kMaxTable);
    if (!text && text.error().code() == Code::not_found) continue;  // no IPv6
    if (!text) return fail(text.error());
    const auto found = listeners_in(*text, protocol);
    all.insert(all.end(), found.begin(), found.end());
  }
  std::set<std::uint64_t> inodes;
  for (const auto& listener : all) inodes.insert(listener.inode);
  const auto owners = owners_of(inodes);
  std::erase_if(all, [&](Listener& listener) {
    const auto owner = owners.find(listener.inode);
    if (owner == owners.end()) {
      listener.owner = "a process of another namespace";
      return false;
    }
    if (owner->second == getpid()) return true;
    const auto name =
        env.files.read_all(fmt::format("/proc/{}/comm", owner->second), 64).value_or("?");
    listener.owner = fmt::format("process {} ({})", owner->second, printable(trim(name), 40));
    return false;
  });
  return all;
}

Result<> check_free(const std::vector<Listener>& listeners, const HeldPort& port) {
  for (const Listener& one : listeners) {
    if (!same_place(one, port)) continue;
    return fail(Code::conflict,
                fmt::format("host port {} is taken by {}", text_of(port), one.owner));
  }
  return {};
}

std::set<HeldPort> host_ports_of(const Table& table) {
  std::set<HeldPort> ports;
  for (const auto& route : table.routes) {
    for (const auto& port : route.host_ports) ports.insert({route.protocol, port, table.family});
  }
  return ports;
}

HeldPorts::~HeldPorts() {
  for (const auto& [port, socket] : sockets_) close(socket);
}

std::set<HeldPort> HeldPorts::held() const {
  std::set<HeldPort> ports;
  for (const auto& [port, socket] : sockets_) ports.insert(port);
  return ports;
}

Result<int> HeldPorts::bind_one(const HeldPort& port) const {
  if (port.port.port < 1024 && !allow_privileged_) {
    return fail(Error(Code::denied, fmt::format("host port {} is below 1024", text_of(port)))
                    .with_hint("allow privileged host ports in the environment's target"));
  }
  const int type = port.protocol == Protocol::tcp ? SOCK_STREAM : SOCK_DGRAM;
  const bool six = port.family == Family::ipv6;
  const int fd = ::socket(six ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(Code::exhausted, fmt::format("socket: {}", std::strerror(errno)));
  // Each family has a socket of its own.
  const int only = 1;
  if (six) ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &only, sizeof only);
  sockaddr_storage address{};
  const socklen_t size = address_of(port, address);
  // Without SO_REUSEADDR: with it another program could bind and listen here all the same.
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0) return fd;
  const int cause = errno;
  ::close(fd);
  return fail(cause == EADDRINUSE ? Code::conflict : Code::unavailable,
              fmt::format("host port {} cannot be held: {}", text_of(port), std::strerror(cause)),
              Retry::later);
}

std::vector<PortConflict> HeldPorts::hold(const io::Env& env, const std::set<HeldPort>& wanted) {
  std::erase_if(sockets_, [&](const auto& held) {
    if (wanted.contains(held.first)) return false;
    ::close(held.second);
    return true;
  });
  std::vector<PortConflict> conflicts;
  std::optional<std::vector<Listener>> who;
  for (const auto& port : wanted) {
    if (sockets_.contains(port)) continue;
    auto socket = bind_one(port);
    if (socket) {
      sockets_.emplace(port, *socket);
      continue;
    }
    auto error = std::move(socket).error();
    if (error.code() == Code::conflict) {
      if (!who) who = listeners(env).value_or(std::vector<Listener>{});
      if (auto known = check_free(*who, port); !known) {
        error = std::move(known).error().with_retry(Retry::later);
      }
    }
    conflicts.push_back({port, std::move(error)});
  }
  return conflicts;
}

}  // namespace rumbo::target::podman
