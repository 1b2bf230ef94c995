// WatchDecoder: the pieces of a watch's body become events.
//
// The body is one JSON document after another: {"type":"ADDED","object":{…}}. An ERROR event ends
// the stream with what its Status says; 410 there means the same as the HTTP status 410.
// Threads: one object belongs to one thread at a time.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "codec/json_lines.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

class WatchDecoder {
 public:
  /// No object of an API server is larger: a request's body is bounded by 3 MiB.
  static constexpr std::size_t kMaxEvent = std::size_t{16} << 20;

  /// `what` names the watch in errors.
  explicit WatchDecoder(std::string what) : what_(std::move(what)), lines_(kMaxEvent) {}

  /// Takes the next piece and hands out every event completed by it. False if the sink ended it.
  /// After an error nothing may be fed any more.
  ApiResult<bool> feed(std::string_view piece, const std::function<bool(ApiEvent)>& sink);
  /// After the last piece: an event cut in two is an error (ApiFailure::transport).
  ApiResult<> finish();

 private:
  ApiResult<ApiEvent> decode(std::string_view text) const;

  std::string what_;
  codec::JsonLines lines_;
};

}  // namespace rumbo::target::kubernetes
