// Host: everything that makes a template's result depend on more than its inputs: the clock,
// randomness, the cluster, time zones. The caller decides; nothing here reads the system.
//
// Threads: used by the thread that runs the session.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/time.h"
#include "base/value.h"

namespace rumbo::script {

/// One call of a random function, told apart so that a caller can keep its result: the same call of
/// the same chart may then give the same password or certificate at every render.
struct RandomCall {
  std::string function;  ///< "genCA"
  Value arguments;       ///< as a list; may hold secrets (htpasswd)
  std::string file;      ///< the template it stands in
  int line = 0, column = 0;
  int repetition = 0;  ///< how often this place with these arguments was called before
};

class Host {
 public:
  virtual ~Host() = default;

  virtual WallTime now() = 0;
  /// Why the rendering must end now ("takes longer than 60 s"); empty to go on. Asked every few
  /// thousand steps.
  virtual std::string stopped() { return {}; }
  /// Fills bytes unpredictably.
  virtual void random(std::span<std::uint8_t> bytes) = 0;

  /// The kept result of an equal call, or nullopt to make one. Certificates are {Cert, Key}.
  virtual std::optional<Value> recall(const RandomCall&) { return std::nullopt; }
  virtual void remember(const RandomCall&, const Value&) {}

  /// Helm's lookup; offline it is an empty object.
  virtual Value lookup(std::string_view /*api_version*/, std::string_view /*kind*/,
                       std::string_view /*space*/, std::string_view /*name*/) {
    return Value::object();
  }
  /// The TZif bytes of an IANA time zone, or nullopt: then UTC is used, as Sprig does.
  virtual std::optional<std::string> time_zone(std::string_view /*name*/) { return std::nullopt; }
};

}  // namespace rumbo::script
