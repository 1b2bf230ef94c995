// JsonLines: cuts a stream of JSON documents, one per line or simply one after another, into texts.
//
// Kubernetes and Podman watches send such streams; a chunk may end anywhere.
// Threads: one object belongs to one thread at a time.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rumbo::codec {

class JsonLines {
 public:
  /// `max_bytes` bounds one document; a longer one is an error and ends the stream.
  explicit JsonLines(std::size_t max_bytes = std::size_t{16} << 20) : max_bytes_(max_bytes) {}

  /// Takes the next chunk. Take out all documents with next() before the next chunk comes.
  void feed(std::string_view chunk);

  /// The next complete document's text (not checked beyond its brackets and quotes), or nullopt
  /// until more is fed. The view holds until the next call. Fails with Code::too_large,
  /// Code::invalid.
  Result<std::optional<std::string_view>> next();

  /// Call after the last chunk: a bare number or word at the end becomes complete; an unfinished
  /// document makes the next next() fail.
  void finish() { finished_ = true; }

  /// Bytes held for a document that is not complete yet.
  std::size_t pending() const { return buffer_.size() - start_; }

 private:
  Result<std::optional<std::string_view>> cut(std::size_t end);

  std::size_t max_bytes_;
  std::string buffer_;
  std::size_t start_ = 0;  // of the document being read
  std::size_t at_ = 0;     // first byte not looked at
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_word_ = false;  // a number, true, false or null outside any bracket
  bool finished_ = false;
};

}  // namespace rumbo::codec
