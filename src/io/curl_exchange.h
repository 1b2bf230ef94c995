// Exchange: what is known of one request under way over libcurl: its answer so far, and whether it
// may have reached the peer. Everything here is free of libcurl's types.
//
// Threads: one thread at a time. Internal to io/.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "io/http.h"

namespace rumbo::io {

/// libcurl.so.4 opened by dlopen and initialised, on the first call: linking it would load some 40
/// libraries at start-up, also for `rumbo render`. Code::unsupported if it is not there.
const Result<void*>& curl_library();

/// A function of the library, as whatever pointer it is put into.
struct CurlSymbol {
  void* found;
  template <class F>
  operator F*() const {  // NOLINT(google-explicit-constructor): fills tables of pointers
    return reinterpret_cast<F*>(found);
  }
};

/// Looks functions up; complete() tells whether all were found.
class CurlSymbols {
 public:
  explicit CurlSymbols(void* library) : library_(library) {}
  CurlSymbol operator()(const char* name);
  bool complete() const { return complete_; }

 private:
  void* library_;
  bool complete_ = true;
};
/// Code::unsupported: a symbol is missing.
Error curl_too_old();

struct Exchange {
  const HttpRequest& request;
  HttpResponse response = {};
  std::size_t header_bytes = 0;
  bool sent = false;        ///< the request may have reached the peer
  bool answered = false;    ///< since it was sent last
  bool sent_twice = false;  ///< libcurl wanted to repeat what may have taken effect
  bool too_large = false;

  /// One line of the answer's head; false if the head is too large.
  bool take_header(std::string_view line);
  /// A piece of the body, kept; false if the body is too large.
  bool take_body(std::string_view piece);
  /// Before the request is sent. libcurl repeats a request when a reused connection breaks before
  /// the answer; for anything but GET and HEAD that could do it twice, so false then.
  bool may_send();
  /// What the failure of libcurl (a CURLcode), in its words, means to the caller.
  Error error(int curl_code, std::string_view words) const;
  /// The same for a call ended by cancel or deadline.
  Error ended(Error why) const;
};

/// A socket that programs started meanwhile do not inherit, and whose peer, gone without a word, is
/// noticed within 45 s, also while nothing is sent.
int lively_socket(int family, int type, int protocol);

/// Header lines as libcurl takes them, with what keeps it from adding its own.
std::vector<std::string> header_lines(const HttpRequest& request);

}  // namespace rumbo::io
