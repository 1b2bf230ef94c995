// Answers: what Podman's API sends, decoded: errors, pull streams, multiplexed output. Pure.
//
// Threads: the functions may be called from any thread; an object belongs to one at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/result.h"
#include "codec/json_lines.h"

namespace rumbo::target::podman {

/// The Error an answer with a status of 400 or more means; `what` names the call and its object.
Error api_error(int status, std::string_view body, const std::string& what);

/// The Error of an image pull that Podman ended with these words.
Error pull_error(std::string_view words, const std::string& reference);

/// Reads the stream of /images/pull, whose status is 200 whatever happened.
class PullStream {
 public:
  Result<> feed(std::string_view chunk);
  /// The image id, or the error the stream ended with.
  Result<std::string> finish(const std::string& reference);

 private:
  Result<> drain();

  codec::JsonLines lines_{std::size_t{1} << 20};
  std::string id_;
  std::string error_;
};

/// Takes the frames of attached output and logs apart: eight bytes of header (stream, three zeros,
/// length), then that many bytes.
class FrameReader {
 public:
  enum Stream { in = 0, out = 1, err = 2, fault = 3 };
  using Sink = std::function<bool(Stream stream, std::string_view piece)>;

  /// Hands pieces on as they come, so a frame needs no memory; false once the sink said so.
  Result<bool> feed(std::string_view chunk, const Sink& sink);
  /// True if the stream may end here: not inside a header or a frame.
  bool at_end() const { return header_size_ == 0 && left_ == 0; }

 private:
  std::array<unsigned char, 8> header_{};
  std::size_t header_size_ = 0;
  std::uint32_t left_ = 0;
  Stream stream_ = out;
};

/// Joins pieces of text into lines. A line over `most` bytes is handed on in parts.
class LineJoiner {
 public:
  explicit LineJoiner(std::size_t most = 64 * 1024) : most_(most) {}
  /// False once the sink said so.
  bool feed(std::string_view piece, const std::function<bool(std::string_view)>& sink);
  /// Hands on a last line without a line end.
  bool finish(const std::function<bool(std::string_view)>& sink);

 private:
  std::size_t most_;
  std::string line_;
};

}  // namespace rumbo::target::podman
