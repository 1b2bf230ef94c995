// Message: an HTTP exchange as handlers see it, without a word of sockets.
//
// Threads: plain data; a Stream is written by the one thread that runs the StreamReply.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/peer.h"
#include "base/cancel.h"

namespace rumbo::api {

struct Request {
  std::string method;
  std::string target;  ///< as sent: "/api/v1/status?application=shop"
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;
  std::optional<Peer> peer;  ///< who is at the other end; only local sockets know

  /// The first header of that (lower case) name, or empty.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

struct Response {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< further ones
};

/// What a client that reads too slowly means for the one who writes.
enum class WhenFull {
  cut,   ///< the client is cut at once: the work must not wait for it
  wait,  ///< the writer waits a little, then the client is cut
};

/// An answer that is being written piece by piece.
class Stream {
 public:
  virtual ~Stream() = default;
  /// False once nobody listens any more; later pieces are dropped.
  virtual bool write(std::string_view piece) = 0;
  /// Answers this instead, if nothing was sent yet; else false.
  virtual bool refuse(Response response) = 0;
  /// Cancelled when the client left, was cut, or the server stops.
  virtual const Cancel& cancel() const = 0;
};

struct StreamReply {
  std::string content_type;
  std::string heartbeat;  ///< sent in long silences; the reader skips it
  WhenFull when_full = WhenFull::wait;
  bool begin_at_once = false;  ///< send the header before the first piece
  std::function<void(Stream&)> run;
};

using Reply = std::variant<Response, StreamReply>;
/// Answers a request; runs on a worker, and may block. Called from many threads at once.
using Handler = std::function<Reply(const Request&)>;

}  // namespace rumbo::api
