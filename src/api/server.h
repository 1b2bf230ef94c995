// Server: HTTP/1.1 on a UNIX domain socket. One thread does all I/O; handlers run on bounded pools.
//
// Sizes, times, connections and buffers are bounded. Clients that are slow or gone never hold up
// the work they asked for. Only the daemon's user and root are served.
// Threads: any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "api/message.h"
#include "base/result.h"
#include "base/time.h"

namespace rumbo::api {

struct ServerOptions {
  std::string socket_path;
  std::size_t most_connections = 256;
  std::size_t workers = 8;         ///< threads that answer requests
  std::size_t most_waiting = 256;  ///< requests that wait for one of them
  std::size_t most_streams = 64;   ///< streamed answers at a time, a thread each
  std::uint32_t most_header_bytes = 16u << 10;
  std::uint64_t most_body_bytes = 1ull << 20;
  std::size_t most_buffered = 1u << 20;  ///< of one stream, for a client that lags
  Duration idle_timeout = 1min;    ///< a connection waits so long for the next request's header
  Duration request_timeout = 30s;  ///< and so long for its body
  Duration write_timeout = 30s;    ///< a client that takes nothing for so long is cut
  Duration patience = 10s;         ///< how long a stream's writer waits for a client that lags
  Duration heartbeat = 15s;        ///< the longest silence on a stream
};

class Server {
 public:
  /// Listens when it returns. Code::conflict if another process listens at the path. The handler
  /// is called until the Server is destroyed.
  static Result<std::unique_ptr<Server>> start(ServerOptions options, Handler handler);
  /// stop(0s); then waits for handlers that still run, so end their work before.
  ~Server();

  /// Accepts nothing new, ends streams that listen to Stream::cancel(), and gives answers under way
  /// so long to be finished and sent. Then connections are cut, and the socket is removed.
  void stop(Duration grace);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  const std::unique_ptr<Parts> parts_;
};

}  // namespace rumbo::api
