// Image references as the distribution project defines them, with Kubernetes' defaults.
#include "target/podman/image_reference.h"

#include <algorithm>
#include <fmt/core.h>

#include "base/strings.h"

namespace rumbo::target::podman {
namespace {

constexpr std::size_t kMostBytes = 512;

bool each(std::string_view text, std::string_view allowed) {
  return !text.empty() && text.find_first_not_of(allowed) == std::string_view::npos;
}

constexpr std::string_view kLower = "abcdefghijklmnopqrstuvwxyz0123456789";

bool valid_part(std::string_view part) {
  return each(part, "abcdefghijklmnopqrstuvwxyz0123456789._-") &&
         kLower.find(part.front()) != std::string_view::npos &&
         kLower.find(part.back()) != std::string_view::npos;
}

bool valid_host(std::string_view host) {
  return !host.starts_with('.') && !host.starts_with('-') && !host.starts_with(':') &&
         each(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:[]");
}

bool valid_tag(std::string_view tag) {
  return tag.size() <= 128 && tag.front() != '.' && tag.front() != '-' &&
         each(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");
}

bool valid_digest(std::string_view digest) {
  return digest.size() == 71 && digest.starts_with("sha256:") &&
         each(digest.substr(7), "0123456789abcdef");
}

tl::unexpected<Error> bad(std::string_view text, std::string_view why) {
  return fail(Code::invalid, fmt::format("image `{}`: {}", printable(text, 200), why));
}

}  // namespace

std::string ImageReference::to_string() const {
  return digest.empty() ? name() + ":" + tag : name() + "@" + digest;
}

bool ImageReference::loopback() const {
  std::string_view host = registry;
  if (const auto colon = host.rfind(':'); colon != std::string_view::npos && !host.ends_with(']')) {
    host = host.substr(0, colon);
  }
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

Result<ImageReference> parse_image(std::string_view text) {
  if (text.empty()) return fail(Code::invalid, "image: is empty");
  if (text.size() > kMostBytes) return bad(text, "is too long");
  ImageReference out;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    out.digest = rest.substr(at + 1);
    rest = rest.substr(0, at);
    if (!valid_digest(out.digest)) return bad(text, "its digest is not sha256 and 64 hex digits");
  }
  const auto slash = rest.rfind('/');
  const auto colon = rest.rfind(':');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    out.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (out.tag.empty() || !valid_tag(out.tag)) return bad(text, "its tag is malformed");
  }
  if (out.tag.empty() && out.digest.empty()) out.tag = "latest";

  const auto first = rest.find('/');
  const std::string_view head = rest.substr(0, first);
  const bool host = first != std::string_view::npos &&
                    (head == "localhost" || head.find_first_of(".:") != std::string_view::npos);
  out.registry = host ? head : "docker.io";
  if (out.registry == "index.docker.io") out.registry = "docker.io";
  out.repository = host ? rest.substr(first + 1) : rest;
  if (out.registry == "docker.io" && out.repository.find('/') == std::string::npos) {
    out.repository = "library/" + out.repository;
  }
  if (!valid_host(out.registry)) return bad(text, "its registry is malformed");
  const auto parts = split(out.repository, '/');
  if (!std::all_of(parts.begin(), parts.end(), valid_part)) {
    return bad(text, "its repository is malformed (lower-case letters, digits, . _ - and /)");
  }
  return out;
}

}  // namespace rumbo::target::podman
