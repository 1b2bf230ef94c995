// Outbox: the bounded buffer between the thread that produces a streamed answer and the one that
// sends it. It also knows how the answer looks on the wire: header, chunks, end.
//
// Threads: write(), refuse(), end() from the producer; the rest from the sender.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "api/message.h"
#include "base/guarded.h"
#include "base/time.h"

namespace rumbo::api {

/// Status line and headers; `length` -1 for a streamed body.
std::string response_head(const Response& response, long long length, bool chunked,
                          bool keep_alive);

class Outbox : public Stream {
 public:
  struct Options {
    std::string content_type;
    std::string heartbeat;
    WhenFull when_full = WhenFull::wait;
    bool chunked = true;  ///< false for HTTP/1.0: the end of the connection is the end
    std::size_t most_bytes = 1u << 20;
    Duration patience = 10s;  ///< WhenFull::wait waits so long for room
  };
  /// `wake` tells the sender that there is something to send or to cut; called from any thread.
  Outbox(Options options, Cancel cancel, std::function<void()> wake);

  bool write(std::string_view piece) override;
  bool refuse(Response response) override;
  const Cancel& cancel() const override { return cancel_; }

  /// Queues the header, unless it is queued or the stream ended.
  void begin();
  /// Queues a heartbeat if nothing waits to be sent and the stream has not ended.
  void beat();
  /// The producer is done. `complete` is false if it failed halfway: the client must not take what
  /// it got for the whole.
  void end(bool complete);
  /// Nobody reads any more: cancels, and wakes a waiting producer.
  void close();

  struct Batch {
    std::string bytes;
    bool last = false;  ///< nothing follows
    bool cut = false;   ///< give up on this client
  };
  /// Takes all that waits.
  Batch take();

 private:
  void begin_locked() REQUIRES(mutex_);
  void append_locked(std::string_view piece) REQUIRES(mutex_);

  const Options options_;
  const Cancel cancel_;
  const std::function<void()> wake_;
  Mutex mutex_;
  Condition room_;
  std::string waiting_ GUARDED_BY(mutex_);
  bool begun_ GUARDED_BY(mutex_) = false;
  bool ended_ GUARDED_BY(mutex_) = false;
  bool closed_ GUARDED_BY(mutex_) = false;
  bool cut_ GUARDED_BY(mutex_) = false;
};

}  // namespace rumbo::api
