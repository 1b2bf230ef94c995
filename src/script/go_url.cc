#include "script/go_url.h"

#include <fmt/core.h>

#include "base/strings.h"
#include "script/unicode.h"

namespace rumbo::script {
namespace {

enum class Mode { path, user, host, zone, fragment };

bool is_hex(char c) {
  const char l = static_cast<char>(c | 0x20);
  return (c >= '0' && c <= '9') || (l >= 'a' && l <= 'f');
}
int hex(char c) {
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}
bool in_set(std::string_view set, char c) {
  return set.find(c) != set.npos;
}

bool must_escape(char c, Mode mode) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return false;
  if (in_set("-_.~", c)) return false;
  switch (mode) {
    case Mode::path:
      return !in_set("$&+,/:;=@", c);
    case Mode::user:
      return !in_set("$&+,;=", c);
    case Mode::host:
    case Mode::zone:
      return !in_set("!$&'()*+,;=:[]<>\"", c);
    case Mode::fragment:
      return !in_set("$&+,/:;=?@!()*", c);
  }
  return true;
}

std::string escape(std::string_view text, Mode mode) {
  std::string out;
  for (const char c : text) {
    if (must_escape(c, mode)) {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      out += c;
    }
  }
  return out;
}

Outcome<std::string> unescape(std::string_view text, Mode mode) {
  const auto invalid = [](std::string_view part) {
    return failed("invalid URL escape " + quote(part));
  };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) {
        return invalid(text.substr(i, 3));
      }
      const std::string_view part = text.substr(i, 3);
      const char byte = static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      if (mode == Mode::host && hex(text[i + 1]) < 8 && part != "%25") return invalid(part);
      if (mode == Mode::zone && part != "%25" && byte != ' ' && must_escape(byte, Mode::host)) {
        return invalid(part);
      }
      out += byte;
      i += 2;
    } else {
      const bool host = mode == Mode::host || mode == Mode::zone;
      if (host && static_cast<unsigned char>(c) < 0x80 && must_escape(c, mode)) {
        return failed("invalid character " + quote(text.substr(i, 1)) + " in host name");
      }
      out += c;
    }
  }
  return out;
}

bool valid_port(std::string_view port) {
  if (port.empty()) return true;
  return port[0] == ':' && port.find_first_not_of("0123456789", 1) == port.npos;
}

/// Near enough to netip.ParseAddr for what stands between brackets: an IPv6 address with a zone.
bool is_ipv6(std::string_view text) {
  std::size_t cut = 0;
  while (cut < text.size() && text[cut] != '%') ++cut;
  const std::string_view address = text.substr(0, cut);
  int groups = 0;
  bool gap = false;
  std::size_t i = 0;
  if (address.starts_with("::")) {
    gap = true;
    i = 2;
  }
  while (i < address.size()) {
    std::size_t end = i;
    while (end < address.size() && is_hex(address[end])) ++end;
    if (end == i || end - i > 4) return false;
    ++groups;
    if (end == address.size()) break;
    if (address[end] != ':') return false;
    i = end + 1;
    if (i < address.size() && address[i] == ':') {
      if (gap) return false;
      gap = true;
      ++i;
    } else if (i == address.size()) {
      return false;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

Outcome<std::string> bracketed_host(std::string_view host) {
  const std::size_t close = host.rfind(']');
  if (close == host.npos || close == 0) return failed("missing ']' in host");
  const std::string_view port = host.substr(close + 1);
  if (!valid_port(port)) return failed("invalid port " + quote(port) + " after host");
  const std::string_view name = host.substr(1, close - 1);
  const std::size_t zone = name.find("%25");
  std::string plain = TRY(unescape(name.substr(0, zone), Mode::host));
  if (zone != name.npos) plain += TRY(unescape(name.substr(zone), Mode::zone));
  if (!is_ipv6(plain)) return failed("invalid IP-literal");
  return "[" + plain + "]" + std::string(port);
}

Outcome<std::string> parse_host(std::string_view scheme, std::string_view host) {
  const std::size_t open = host.rfind('[');
  if (open != host.npos) {
    if (open > 0) return failed("invalid IP-literal");
    return bracketed_host(host);
  }
  if (std::size_t colon = host.find(':'); colon != host.npos) {
    if (scheme != "http" && scheme != "https") colon = host.rfind(':');
    if (!valid_port(host.substr(colon))) {
      return failed("invalid port " + quote(host.substr(colon)) + " after host");
    }
  }
  return unescape(host, Mode::host);
}

bool valid_userinfo(std::string_view text) {
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && !in_set("-._:~!$&'()*+,;=%@", c)) return false;
  }
  return true;
}

Outcome<> parse_authority(GoUrl& url, std::string_view authority) {
  const std::size_t at = authority.rfind('@');
  url.host =
      TRY(parse_host(url.scheme, at == authority.npos ? authority : authority.substr(at + 1)));
  if (at == authority.npos) return {};
  const std::string_view info = authority.substr(0, at);
  if (!valid_userinfo(info)) return failed("net/url: invalid userinfo");
  const std::size_t colon = info.find(':');
  url.has_user = true;
  url.user = TRY(unescape(info.substr(0, colon), Mode::user));
  if (colon != info.npos) {
    url.has_password = true;
    url.password = TRY(unescape(info.substr(colon + 1), Mode::user));
  }
  return {};
}

/// Cuts the scheme off; false for a colon without one.
bool take_scheme(GoUrl& url, std::string_view& rest) {
  for (std::size_t i = 0; i < rest.size(); ++i) {
    const char c = rest[i];
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') continue;
    if ((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.') {
      if (i == 0) return true;
      continue;
    }
    if (c != ':') return true;
    if (i == 0) return false;
    url.scheme = rumbo::to_lower(rest.substr(0, i));
    rest.remove_prefix(i + 1);
    return true;
  }
  return true;
}

Outcome<> parse_parts(GoUrl& url, std::string_view rest) {
  for (const char c : rest) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) {
      return failed("net/url: invalid control character in URL");
    }
  }
  if (rest == "*") {
    url.path = "*";
    return {};
  }
  if (!take_scheme(url, rest)) return failed("missing protocol scheme");
  const std::size_t mark = rest.find('?');
  if (mark != rest.npos) {
    url.force_query = mark + 1 == rest.size();
    url.query = rest.substr(mark + 1);
    rest = rest.substr(0, mark);
  }
  if (!rest.starts_with('/')) {
    if (!url.scheme.empty()) {
      url.opaque = rest;
      return {};
    }
    if (rest.substr(0, rest.find('/')).find(':') != rest.npos) {
      return failed("first path segment in URL cannot contain colon");
    }
  }
  if ((!url.scheme.empty() || !rest.starts_with("///")) && rest.starts_with("//")) {
    const std::size_t slash = std::min(rest.find('/', 2), rest.size());
    TRY(parse_authority(url, rest.substr(2, slash - 2)));
    rest = rest.substr(slash);
  } else if (!url.scheme.empty() && rest.starts_with('/')) {
    url.omit_host = true;
  }
  url.path = TRY(unescape(rest, Mode::path));
  if (escape(url.path, Mode::path) != rest) url.raw_path = rest;
  return {};
}

std::string escaped_path(const GoUrl& url) {
  if (!url.raw_path.empty()) {
    bool valid = true;
    for (const char c : url.raw_path) {
      valid = valid && (in_set("!$&'()*+,;=:@[]%", c) || !must_escape(c, Mode::path));
    }
    if (valid && unescape(url.raw_path, Mode::path).value_or("") == url.path) return url.raw_path;
  }
  return url.path == "*" ? "*" : escape(url.path, Mode::path);
}

}  // namespace

Outcome<GoUrl> GoUrl::parse(std::string_view text) {
  const std::size_t hash = text.find('#');
  const std::string_view front = text.substr(0, hash);
  GoUrl url;
  if (auto read = parse_parts(url, front); !read) {
    return failed("parse " + quote(front) + ": " + read.error().text());
  }
  if (hash != text.npos) {
    auto fragment = unescape(text.substr(hash + 1), Mode::fragment);
    if (!fragment) return failed("parse " + quote(text) + ": " + fragment.error().text());
    url.fragment = std::move(*fragment);
  }
  return url;
}

std::string GoUrl::hostname() const {
  std::string_view out = host;
  const std::size_t colon = out.rfind(':');
  if (colon != out.npos && valid_port(out.substr(colon))) out = out.substr(0, colon);
  if (out.starts_with('[') && out.ends_with(']')) out = out.substr(1, out.size() - 2);
  return std::string(out);
}

std::string GoUrl::userinfo() const {
  std::string out = escape(user, Mode::user);
  if (has_password) out += ":" + escape(password, Mode::user);
  return out;
}

std::string GoUrl::print() const {
  std::string out;
  if (!scheme.empty()) out += scheme + ":";
  if (!opaque.empty()) {
    out += opaque;
  } else {
    const bool omitted = omit_host && host.empty() && !has_user;
    if ((!scheme.empty() || !host.empty() || has_user) && !omitted) {
      if (!host.empty() || !path.empty() || has_user) out += "//";
      if (has_user) out += userinfo() + "@";
      out += escape(host, Mode::host);
    }
    const std::string way = escaped_path(*this);
    if (!way.empty() && way[0] != '/' && !host.empty()) out += '/';
    if (out.empty() && way.substr(0, way.find('/')).find(':') != way.npos) out += "./";
    out += way;
  }
  if (force_query || !query.empty()) out += "?" + query;
  if (!fragment.empty()) out += "#" + escape(fragment, Mode::fragment);
  return out;
}

}  // namespace rumbo::script
