#include "source/oci_registry.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "source/chart_release.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxManifest = 4 << 20;
constexpr std::uint64_t kMaxTags = 16 << 20;
constexpr std::size_t kMostTags = 50'000;
constexpr int kMostPages = 200;

constexpr std::string_view kManifest = "application/vnd.oci.image.manifest.v1+json";
constexpr std::string_view kConfig = "application/vnd.cncf.helm.config.v1+json";
constexpr std::string_view kArchive = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
/// As Helm wrote it before 3.7.
constexpr std::string_view kOldArchive = "application/tar+gzip";
constexpr std::string_view kProvenance = "application/vnd.cncf.helm.chart.provenance.v1.prov";

std::string url_encoded(std::string_view text) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/,";
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != std::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

/// The path of the next page in a Link header: `</v2/…?last=x>; rel="next"`.
std::string next_page(const io::HttpResponse& response) {
  const std::string link = header(response, "link");
  const std::size_t begin = link.find('<'), end = link.find('>');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  if (link.find("rel=\"next\"", end) == std::string::npos) return {};
  std::string target = link.substr(begin + 1, end - begin - 1);
  const std::size_t scheme = target.find("://");
  if (scheme != std::string::npos) {
    const std::size_t path = target.find('/', scheme + 3);
    target = path == std::string::npos ? "" : target.substr(path);
  }
  return target.starts_with('/') ? target : "";
}

}  // namespace

std::string tag_of(std::string_view version) {
  return replace_all(version, "+", "_");
}

std::string version_of(std::string_view tag) {
  return replace_all(tag, "_", "+");
}

BearerChallenge BearerChallenge::parse(std::string_view header) {
  BearerChallenge out;
  if (to_lower(header.substr(0, 7)) != "bearer ") return out;
  header.remove_prefix(7);
  while (!header.empty()) {
    const std::size_t equals = header.find('=');
    if (equals == std::string_view::npos) break;
    const std::string name = to_lower(trim(header.substr(0, equals)));
    header.remove_prefix(equals + 1);
    std::string value;
    if (header.starts_with('"')) {
      const std::size_t end = header.find('"', 1);
      value = header.substr(1, end == std::string_view::npos ? end : end - 1);
      header.remove_prefix(end == std::string_view::npos ? header.size() : end + 1);
    } else {
      const std::size_t end = header.find(',');
      value = trim(header.substr(0, end));
      header.remove_prefix(std::min(header.size(), end));
    }
    const std::size_t comma = header.find(',');
    header.remove_prefix(comma == std::string_view::npos ? header.size() : comma + 1);
    if (name == "realm") out.realm = value;
    if (name == "service") out.service = value;
    if (name == "scope") out.scope = value;
  }
  return out;
}

Result<> OciRegistry::log_in(const BearerChallenge& challenge, const Cancel& cancel) {
  // Whoever can answer for the registry names the realm; a password still goes over TLS only,
  // unless the registry itself is spoken to without.
  const std::string realm_origin = url_origin(challenge.realm);
  const bool safe = realm_origin.starts_with("https://") ||
                    (location_.origin.starts_with("http://") && !realm_origin.empty());
  if (!safe) {
    return fail(Code::denied, "the registry wants its token asked for at `" +
                                  printable(challenge.realm, 128) + "`, which has no TLS");
  }
  ChartHttp::Ask ask;
  ask.url = challenge.realm + (challenge.realm.find('?') == std::string::npos ? '?' : '&') +
            "service=" + url_encoded(challenge.service) + "&scope=" +
            url_encoded(challenge.scope.empty() ? "repository:" + location_.base + ":pull"
                                                : challenge.scope);
  ask.max_body = 1 << 20;
  const std::string body = TRY(http_.get_token(ask, cancel));
  const Value answer = TRY(codec::parse_json(body));
  std::string token = answer["token"].str();
  if (token.empty()) token = answer["access_token"].str();
  if (token.empty()) return fail(Code::denied, "the registry's token service gave no token");
  token_ = Secret<std::string>(std::move(token));
  return {};
}

Result<io::HttpResponse> OciRegistry::get(const std::string& path, const std::string& accept,
                                          std::uint64_t most, const Cancel& cancel) {
  ChartHttp::Ask ask;
  ask.url = location_.origin + path;
  ask.max_body = most;
  for (int attempt = 0;; ++attempt) {
    ask.headers.clear();
    if (!accept.empty()) ask.headers.emplace_back("Accept", accept);
    const bool bearer = !token_.reveal().empty();
    ask.basic = !bearer;
    if (bearer) ask.headers.emplace_back("Authorization", "Bearer " + token_.reveal());
    io::HttpResponse response = TRY(http_.send(ask, cancel));
    if (response.status == 200) return response;
    const auto challenge = BearerChallenge::parse(header(response, "www-authenticate"));
    if (response.status != 401 || challenge.realm.empty() || attempt > 0) {
      std::string_view shown = ask.url;
      shown = shown.substr(0, shown.find('?'));
      return fail(http_error(response, "GET " + printable(shown, 512)));
    }
    TRY(log_in(challenge, cancel));
  }
}

Result<std::vector<std::string>> OciRegistry::tags(const Cancel& cancel) {
  std::vector<std::string> out;
  std::string path = "/v2/" + location_.base + "/tags/list?n=1000";
  for (int page = 0; page < kMostPages && !path.empty(); ++page) {
    const io::HttpResponse response = TRY(get(path, "", kMaxTags, cancel));
    const Value answer = TRY(codec::parse_json(response.body));
    for (const Value& tag : answer["tags"].items()) {
      if (tag.is_string()) out.push_back(tag.str());
    }
    if (out.size() > kMostTags) return fail(Code::too_large, "the repository has too many tags");
    path = next_page(response);
  }
  return out;
}

Result<OciChart> OciRegistry::chart(const std::string& reference, const Cancel& cancel) {
  const std::string path = "/v2/" + location_.base + "/manifests/" + url_encoded(reference);
  const io::HttpResponse response = TRY(get(path, std::string(kManifest), kMaxManifest, cancel));
  if (reference.starts_with("sha256:") && crypto::sha256(response.body) != reference) {
    return fail(Code::corrupt, "the registry answers another manifest than " + reference,
                Retry::later);
  }
  const Value manifest = TRY(codec::parse_json(response.body));
  OciChart chart;
  for (const Value& layer : manifest["layers"].items()) {
    const std::string_view type = layer["mediaType"].as_string();
    const std::string digest = normal_digest(layer["digest"].as_string());
    if (type == kArchive || (type == kOldArchive && chart.digest.empty())) chart.digest = digest;
    if (type == kProvenance) chart.provenance = digest;
  }
  if (manifest["config"]["mediaType"].as_string() != kConfig || chart.digest.empty()) {
    return fail(Error(Code::invalid,
                      "`" + location_.base + ":" + printable(reference, 128) + "` is no Helm chart")
                    .with_hint("`helm push` makes one; images and other artifacts are none"));
  }
  chart.app_version = manifest["annotations"]["org.opencontainers.image.appVersion"].str();
  return chart;
}

Result<std::string> OciRegistry::blob(const std::string& digest, std::uint64_t most,
                                      const Cancel& cancel) {
  const std::string path = "/v2/" + location_.base + "/blobs/" + digest;
  io::HttpResponse response = TRY(get(path, "", most, cancel));
  if (crypto::sha256(response.body) != digest) {
    return fail(Code::corrupt, "the registry answers other bytes than " + digest, Retry::later);
  }
  return std::move(response.body);
}

}  // namespace rumbo::source
