// Decoders of Podman's answers. All sizes are bounded here; the words are Podman's own.
#include "target/podman/answers.h"

#include <algorithm>
#include <fmt/core.h>
#include <utility>

#include "base/strings.h"
#include "base/value.h"
#include "codec/json.h"

namespace rumbo::target::podman {
namespace {

struct Words {
  std::string_view text;
  Code code;
  Retry retry;
};

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

// Podman answers 500 to many mistakes that no repetition cures.
constexpr Words kInternalErrors[] = {
    {"already in use", Code::conflict, Retry::never},
    {"already exists", Code::conflict, Retry::never},
    {"already used", Code::conflict, Retry::never},
    {"image not known", Code::not_found, Retry::never},
    {"tag not known", Code::not_found, Retry::never},
    {"no such container", Code::not_found, Retry::never},
    {"no such pod", Code::not_found, Retry::never},
    {"no such volume", Code::not_found, Retry::never},
    {"unable to find network", Code::not_found, Retry::never},
    {"network not found", Code::not_found, Retry::never},
    {"attempted to invoke a command that was not found", Code::invalid, Retry::never},
    {"executable file not found", Code::invalid, Retry::never},
    {"no command or entrypoint provided", Code::invalid, Retry::never},
    {"invalid argument", Code::invalid, Retry::never},
    {"failed to decode", Code::invalid, Retry::never},
    {"unable to find user", Code::invalid, Retry::never},
    {"no space left on device", Code::exhausted, Retry::later},
    {"disk quota exceeded", Code::exhausted, Retry::later},
};

// A registry that is down may come back; one that answered "no" will say it again.
constexpr Words kPullErrors[] = {
    {"invalid reference format", Code::invalid, Retry::never},
    {"short-name", Code::invalid, Retry::never},
    {"no space left on device", Code::exhausted, Retry::later},
    {"toomanyrequests", Code::unavailable, Retry::later},
    {"too many requests", Code::unavailable, Retry::later},
    {"connection refused", Code::unavailable, Retry::later},
    {"no such host", Code::unavailable, Retry::later},
    {"i/o timeout", Code::unavailable, Retry::later},
    {"unauthorized", Code::denied, Retry::never},
    {"authentication required", Code::denied, Retry::never},
    {"access to the resource is denied", Code::denied, Retry::never},
    {"denied", Code::denied, Retry::never},
    {"manifest unknown", Code::not_found, Retry::never},
    {"name unknown", Code::not_found, Retry::never},
    {"not found", Code::not_found, Retry::never},
    {"image not known", Code::not_found, Retry::never},
    {"no image found", Code::not_found, Retry::never},
    {"server gave http response to https client", Code::invalid, Retry::never},
};

template <std::size_t N>
const Words* lookup(const Words (&table)[N], std::string_view text) {
  const std::string lower = to_lower(text);
  const auto* found = std::find_if(std::begin(table), std::end(table),
                                   [&](const Words& words) { return has(lower, words.text); });
  return found == std::end(table) ? nullptr : found;
}

std::string message_of(std::string_view body) {
  const auto parsed = codec::parse_json(body.substr(0, 256 * 1024));
  if (parsed && parsed->is_object()) {
    std::string text = (*parsed)["message"].str();
    if (text.empty()) text = (*parsed)["cause"].str();
    if (!text.empty()) return printable(text, 2048);
  }
  return printable(trim(body), 512);
}

}  // namespace

Error api_error(int status, std::string_view body, const std::string& what) {
  const std::string words = message_of(body);
  const std::string message = words.empty()
                                  ? fmt::format("podman cannot {}: status {}", what, status)
                                  : fmt::format("podman cannot {}: {}", what, words);
  switch (status) {
    case 400:
      return {Code::invalid, message};
    case 401:
    case 403:
      return {Code::denied, message};
    case 404:
      return {Code::not_found, message};
    case 409:
      return {Code::conflict, message};
    default:
      break;
  }
  if (const Words* known = lookup(kInternalErrors, words)) {
    return {known->code, message, known->retry};
  }
  if (status >= 500) return {Code::unavailable, message, Retry::later};
  return {Code::invalid, message};
}

Error pull_error(std::string_view words, const std::string& reference) {
  const std::string message =
      fmt::format("cannot pull image {}: {}", reference, printable(trim(words), 2048));
  const Words* known = lookup(kPullErrors, words);
  if (known == nullptr) return {Code::unavailable, message, Retry::later};
  Error error(known->code, message, known->retry);
  if (known->code == Code::denied) {
    return std::move(error).with_hint("log in with `podman login`, or check the image's name");
  }
  if (has(to_lower(words), "http response to https")) {
    return std::move(error).with_hint("list the registry as insecure if it has no TLS");
  }
  return error;
}

Result<> PullStream::feed(std::string_view chunk) {
  lines_.feed(chunk);
  return drain();
}

Result<> PullStream::drain() {
  while (true) {
    const auto text = TRY(lines_.next());
    if (!text) return {};
    const Value line = TRY(codec::parse_json(*text));
    if (const Value* error = line.find("error"); error && error->is_string()) {
      error_ = error->str().substr(0, 8192);
    }
    if (const Value* id = line.find("id"); id && id->is_string()) id_ = id->str().substr(0, 128);
  }
}

Result<std::string> PullStream::finish(const std::string& reference) {
  lines_.finish();
  TRY(drain());
  if (!error_.empty()) return fail(pull_error(error_, reference));
  if (id_.empty()) {
    return fail(Code::unavailable,
                fmt::format("podman's answer to the pull of {} ended early", reference),
                Retry::later);
  }
  return id_;
}

Result<bool> FrameReader::feed(std::string_view chunk, const Sink& sink) {
  while (!chunk.empty()) {
    if (left_ == 0) {
      const std::size_t take = std::min(header_.size() - header_size_, chunk.size());
      std::copy_n(chunk.begin(), take, header_.begin() + static_cast<std::ptrdiff_t>(header_size_));
      header_size_ += take;
      chunk.remove_prefix(take);
      if (header_size_ < header_.size()) return true;
      if (header_[0] > fault || header_[1] != 0 || header_[2] != 0 || header_[3] != 0) {
        return fail(Code::invalid, "podman's output stream has a malformed frame header");
      }
      header_size_ = 0;
      stream_ = static_cast<Stream>(header_[0]);
      left_ = std::uint32_t{header_[4]} << 24 | std::uint32_t{header_[5]} << 16 |
              std::uint32_t{header_[6]} << 8 | std::uint32_t{header_[7]};
      continue;
    }
    const std::string_view piece = chunk.substr(0, left_);
    left_ -= static_cast<std::uint32_t>(piece.size());
    chunk.remove_prefix(piece.size());
    if (!sink(stream_, piece)) return false;
  }
  return true;
}

bool LineJoiner::feed(std::string_view piece, const std::function<bool(std::string_view)>& sink) {
  while (!piece.empty()) {
    const auto end = piece.find('\n');
    const auto room = most_ - line_.size();
    const auto take = std::min({end == std::string_view::npos ? piece.size() : end, room});
    line_.append(piece.substr(0, take));
    const bool complete = take == end;
    piece.remove_prefix(complete ? take + 1 : take);
    if (!complete && line_.size() < most_) return true;
    if (complete && line_.ends_with('\r')) line_.pop_back();
    const std::string line = std::exchange(line_, {});
    if (!sink(line)) return false;
  }
  return true;
}

bool LineJoiner::finish(const std::function<bool(std::string_view)>& sink) {
  if (line_.empty()) return true;
  return sink(std::exchange(line_, {}));
}

}  // namespace rumbo::target::podman
