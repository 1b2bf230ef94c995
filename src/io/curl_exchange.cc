#include "io/curl_exchange.h"

#include <curl/curl.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/strings.h"
#include "io/http_checks.h"

namespace rumbo::io {
namespace {

constexpr std::size_t kMaxHeaders = 1024 * 1024;

Result<void*> load() {
  void* library = ::dlopen("libcurl.so.4", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    return fail(Error(Code::unsupported, "HTTP needs libcurl.so.4, which cannot be loaded: " +
                                             printable(::dlerror(), 256))
                    .with_hint("install libcurl4"));
  }
  CurlSymbols symbol(library);
  const decltype(&::curl_global_init) global_init = symbol("curl_global_init");
  if (!symbol.complete() || global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    return fail(curl_too_old());
  }
  return library;
}

bool is_setup_mistake(int code) {
  return code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_TOO_MANY_REDIRECTS ||
         code == CURLE_SSL_CERTPROBLEM;
}

}  // namespace

const Result<void*>& curl_library() {
  static const Result<void*> library = load();
  return library;
}

CurlSymbol CurlSymbols::operator()(const char* name) {
  void* found = ::dlsym(library_, name);
  complete_ = complete_ && found != nullptr;
  return {found};
}

Error curl_too_old() {
  return Error(Code::unsupported, "the installed libcurl is too old")
      .with_hint("Rumbo needs libcurl 7.85 or later");
}

bool Exchange::take_header(std::string_view line) {
  answered = true;
  header_bytes += line.size();
  if (header_bytes > kMaxHeaders) {
    too_large = true;
    return false;
  }
  line = trim(line);
  if (line.starts_with("HTTP/")) response.headers.clear();  // the next answer of several
  const auto colon = line.find(':');
  if (colon != std::string_view::npos) {
    response.headers.emplace_back(to_lower(line.substr(0, colon)), trim(line.substr(colon + 1)));
  }
  return true;
}

bool Exchange::take_body(std::string_view piece) {
  too_large = piece.size() > request.max_body - response.body.size();
  if (!too_large) response.body += piece;
  return !too_large;
}

bool Exchange::may_send() {
  if (sent && !answered && !is_repeatable(request.method)) {
    sent_twice = true;
    return false;
  }
  sent = true;
  answered = false;
  return true;
}

Error Exchange::error(int curl_code, std::string_view words) const {
  if (too_large) {
    return Error(Code::too_large,
                 "the answer exceeds " +
                     std::to_string(header_bytes > kMaxHeaders ? kMaxHeaders : request.max_body) +
                     " bytes");
  }
  std::string text = printable(words);
  if (sent_twice) text = "the connection broke before an answer came";
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z')
    text.replace(0, 1, to_lower(text.substr(0, 1)));
  if (is_setup_mistake(curl_code)) return Error(Code::invalid, text);
  if (sent && !is_repeatable(request.method)) {
    return Error(Code::unavailable, text, Retry::unknown_outcome);
  }
  Error out(curl_code == CURLE_OPERATION_TIMEDOUT ? Code::timeout : Code::unavailable, text,
            Retry::later);
  if (curl_code == CURLE_COULDNT_CONNECT || !sent) {
    out = Error(Code::unavailable, text, Retry::later);
  }
  if (curl_code == CURLE_PEER_FAILED_VERIFICATION) {
    // Curl has one code for both.
    const bool other_name = text.find("match") != std::string::npos;
    return std::move(out).with_hint(
        other_name ? "the server's certificate is for other names: use one of them as the address "
                     "(a kubeconfig can name it as tls-server-name)"
                   : "name the authority that signed it as the CA file");
  }
  return out;
}

Error Exchange::ended(Error why) const {
  if (!sent || is_repeatable(request.method)) return why;
  return std::move(why).with_retry(Retry::unknown_outcome);
}

int lively_socket(int family, int type, int protocol) {
  const int fd = ::socket(family, type | SOCK_CLOEXEC, protocol);
  const int on = 1, idle = 30, interval = 5, silent = 45'000;
  ::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &silent, sizeof silent);
  return fd;
}

std::vector<std::string> header_lines(const HttpRequest& request) {
  std::vector<std::string> out;
  bool has_type = false;
  for (const auto& [name, value] : request.headers) {
    has_type = has_type || to_lower(name) == "content-type";
    out.push_back(value.empty() ? name + ";" : name + ": " + value);
  }
  out.emplace_back("Expect:");                       // no pause for "100 Continue"
  if (!has_type) out.emplace_back("Content-Type:");  // nothing libcurl makes up
  return out;
}

}  // namespace rumbo::io
