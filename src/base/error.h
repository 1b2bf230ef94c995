// Errors are values. An Error says what happened to which thing, where, why and what to do; only
// its Retry class decides whether anything is tried again.
//
// Messages are lower case, name the object, and never hold a secret (wrap those in Secret<T>).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rumbo {

/// What kind of failure this is; decides exit codes and HTTP statuses, not retries.
enum class Code {
  invalid,      ///< the input is wrong: file, flag, field, manifest
  not_found,    ///< the named thing does not exist
  denied,       ///< not allowed (permission, policy, guard)
  conflict,     ///< someone else changed or owns it
  unavailable,  ///< a peer cannot be reached or refuses for now
  timeout,      ///< the deadline passed
  cancelled,    ///< asked to stop
  too_large,    ///< a bound on outside input was exceeded
  exhausted,    ///< disk, memory, addresses: a local resource is used up
  unsupported,  ///< understood, but this build or target cannot do it
  corrupt,      ///< durable data fails its check
  internal,     ///< a bug in Rumbo
};

/// Whether and how the failed call may be made again.
enum class Retry {
  never,            ///< the answer will not change until the inputs do
  now,              ///< safe to send again at once
  later,            ///< safe to send again after a pause
  unknown_outcome,  ///< it may have taken effect: inspect before sending again
};

/// A place in a file a person wrote. Lines and columns count from 1; columns count characters.
struct Location {
  std::string file;
  int line = 0;
  int column = 0;
  /// "file:line:column", leaving out what is unknown.
  std::string to_string() const;
  friend bool operator==(const Location&, const Location&) = default;
};

std::string_view to_string(Code code);
std::string_view to_string(Retry retry);
/// The inverse of to_string; nullopt for an unknown word.
std::optional<Code> code_from(std::string_view word);
std::optional<Retry> retry_from(std::string_view word);

class Error {
 public:
  Error(Code code, std::string message, Retry retry = Retry::never)
      : code_(code), retry_(retry), message_(std::move(message)) {}

  /// Adds what was being done, outermost last: "while fetching shop@dev".
  Error&& with_context(std::string context) &&;
  Error&& at(Location location) &&;
  /// What the reader can do about it, a sentence: "did you mean `replicas`?"
  Error&& with_hint(std::string hint) &&;
  Error&& with_retry(Retry retry) &&;

  Code code() const { return code_; }
  Retry retry() const { return retry_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  const std::optional<Location>& location() const { return location_; }
  const std::vector<std::string>& context() const { return context_; }

  /// One line: "file:1:2: context: context: message (hint)".
  std::string to_string() const;

 private:
  Code code_;
  Retry retry_;
  std::string message_;
  std::string hint_;
  std::optional<Location> location_;
  std::vector<std::string> context_;
};

}  // namespace rumbo
