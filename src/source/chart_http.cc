#include "source/chart_http.h"

#include "base/strings.h"
#include "source/git_url.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxCredentials = 64 * 1024;
constexpr Duration kTimeout = 2min;
/// Whoever holds a token alone: registries and forges do not look at the name then.
constexpr std::string_view kTokenUser = "token";

struct Credentials {
  std::string user;
  Secret<std::string> password;
};

Result<Credentials> read_credentials(io::FileSystem& files, const std::string& file) {
  auto text = files.read_all(file, kMaxCredentials);
  if (!text) return fail(std::move(text).error().with_context("the credentials file"));
  const std::string line(trim(std::string_view(*text).substr(0, text->find('\n'))));
  if (line.empty()) {
    return fail(Error(Code::invalid, "the credentials file `" + printable(file) + "` is empty")
                    .with_hint("write `user:password` or a token into it"));
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) {
    return Credentials{std::string(kTokenUser), Secret<std::string>(line)};
  }
  return Credentials{line.substr(0, colon), Secret<std::string>(line.substr(colon + 1))};
}

}  // namespace

std::string header(const io::HttpResponse& response, std::string_view name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return {};
}

Error http_error(const io::HttpResponse& response, const std::string& what) {
  const std::string said = what + ": the server answers " + std::to_string(response.status);
  if (response.status == 401 || response.status == 403) {
    return Error(Code::denied, said)
        .with_hint("check the credentials file of this source, and its rights to read the chart");
  }
  if (response.status == 404 || response.status == 410) {
    return Error(Code::not_found, said).with_hint("check the URL, the chart's name and version");
  }
  if (response.status == 429 || response.status >= 500) {
    return Error(Code::unavailable, said, Retry::later);
  }
  return Error(Code::invalid, said).with_hint("check the URL");
}

Result<ChartHttp> ChartHttp::open(const ChartSpec& spec, const ChartLocation& location,
                                  io::Env& env) {
  ChartHttp made(env, location.origin, spec.ca_file);
  if (!spec.credentials_file.empty()) {
    Credentials read = TRY(read_credentials(env.files, spec.credentials_file));
    made.user_ = std::move(read.user);
    made.password_ = std::move(read.password);
  }
  if (!spec.ca_file.empty() && !env.files.stat(spec.ca_file)) {
    return fail(Code::not_found, "the CA file `" + printable(spec.ca_file) + "` cannot be read");
  }
  return made;
}

Result<io::HttpResponse> ChartHttp::send(const Ask& ask, bool trusted, const Cancel& cancel) const {
  io::HttpRequest request;
  request.method = ask.method;
  request.url = ask.url;
  request.headers = ask.headers;
  request.headers.emplace_back("User-Agent", "rumbo");
  request.follow_redirects = true;
  request.max_body = ask.max_body;
  if (trusted) {
    request.ca_file = ca_file_;
    if (ask.basic) {
      request.user = user_;
      request.password = password_;
    }
  }
  return env_->http.send(request, cancel.with_deadline(env_->clock.mono() + kTimeout));
}

Result<io::HttpResponse> ChartHttp::send(const Ask& ask, const Cancel& cancel) const {
  // The private authority and the credentials are for the repository alone: archives may lie on
  // other hosts.
  return send(ask, url_origin(ask.url) == origin_, cancel);
}

Result<std::string> ChartHttp::body_of(io::HttpResponse response, const Ask& ask) {
  if (response.status == 200) return std::move(response.body);
  std::string_view url = ask.url;
  url = url.substr(0, url.find_first_of("?#"));
  return fail(http_error(response, "GET " + printable(without_credentials(url), 512)));
}

Result<std::string> ChartHttp::get(const Ask& ask, const Cancel& cancel) const {
  return body_of(TRY(send(ask, cancel)), ask);
}

Result<std::string> ChartHttp::get_token(const Ask& ask, const Cancel& cancel) const {
  return body_of(TRY(send(ask, true, cancel)), ask);
}

}  // namespace rumbo::source
