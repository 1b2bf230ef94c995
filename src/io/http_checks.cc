#include "io/http_checks.h"

#include "base/strings.h"

namespace rumbo::io {
namespace {

constexpr std::size_t kMaxUrl = 8192;

bool has_control(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
  }
  return false;
}

bool is_token(std::string_view text) {
  if (text.empty() || text.size() > 256) return false;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && std::string_view("!#$%&'*+-.^_`|~").find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

/// What stands between "://" and the path, query or fragment.
std::string_view authority_of(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  return url.substr(0, url.find_first_of("/?#\\"));
}

}  // namespace

Result<> check_request(const HttpRequest& request) {
  const std::string_view url = request.url;
  if (!url.starts_with("http://") && !url.starts_with("https://")) {
    return fail(Code::invalid, "the URL must begin with http:// or https://");
  }
  if (url.size() > kMaxUrl) return fail(Code::too_large, "the URL exceeds 8192 bytes");
  if (has_control(url) || url.find(' ') != std::string_view::npos) {
    return fail(Code::invalid, "the URL holds a space or control character");
  }
  const auto authority = authority_of(url);
  if (authority.empty()) return fail(Code::invalid, "the URL names no host");
  if (authority.find('@') != std::string_view::npos) {
    return fail(Error(Code::invalid, "the URL holds credentials")
                    .with_hint("put them into a file of their own"));
  }
  if (!is_token(request.method)) return fail(Code::invalid, "the method is no HTTP token");
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) {
      return fail(Code::invalid, "header name `" + printable(name, 64) + "` is no HTTP token");
    }
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos) {
      return fail(Code::invalid, "the value of header `" + name + "` holds a line end");
    }
  }
  return {};
}

bool is_repeatable(std::string_view method) {
  return method == "GET" || method == "HEAD";
}

bool is_loopback(std::string_view url) {
  std::string_view host = authority_of(url);
  if (host.starts_with("[::1]")) return true;
  host = host.substr(0, host.find(':'));
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.");
}

std::string origin_of(const HttpRequest& request) {
  if (!request.unix_socket.empty()) return request.unix_socket;
  const std::string_view url = request.url;
  return to_lower(url.substr(0, url.find("://") + 3)) + to_lower(authority_of(url));
}

std::string describe(const HttpRequest& request) {
  std::string_view url = request.url;
  url = url.substr(0, url.find_first_of("?#"));
  const auto authority = authority_of(url);
  const auto at = authority.rfind('@');
  std::string shown(url);
  if (at != std::string_view::npos) {
    const auto start = static_cast<std::size_t>(authority.data() - url.data());
    shown.replace(start, at + 1, "");
  }
  return printable(request.method, 16) + " " + printable(shown, 512);
}

}  // namespace rumbo::io
