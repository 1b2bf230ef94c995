// Pointer: a place in a Value as RFC 6901 writes it, "/spec/containers/0/image".
//
// Threads: immutable after construction.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/value.h"

namespace rumbo::codec {

class Pointer {
 public:
  /// The whole document.
  Pointer() = default;
  explicit Pointer(std::vector<std::string> parts) : parts_(std::move(parts)) {}

  /// Reads the text form; Code::invalid if it does not begin with '/' or has a bad escape.
  static Result<Pointer> parse(std::string_view text);

  /// The unescaped reference tokens.
  std::span<const std::string> parts() const { return parts_; }
  bool is_root() const { return parts_.empty(); }
  /// One level further down.
  Pointer child(std::string_view key) const;
  Pointer child(std::size_t index) const;
  /// One level up; the root is its own parent.
  Pointer parent() const;

  std::string to_string() const;
  friend bool operator==(const Pointer&, const Pointer&) = default;

 private:
  std::vector<std::string> parts_;
};

/// One token with `~` and `/` escaped.
std::string escape_pointer_token(std::string_view token);

/// An array index in RFC 6901's form (no sign, no leading zeros); nullopt if it is none.
std::optional<std::size_t> pointer_index(std::string_view token);

/// What the pointer names, or nullptr. The result lives as long as `root` or a copy of it.
const Value* resolve(const Value& root, const Pointer& pointer);

/// A copy of `root` with the value there set. A missing last object member is added, and `-` or the
/// array's length appends; every other missing step is Code::not_found.
Result<Value> with(const Value& root, const Pointer& pointer, Value value);

/// A copy of `root` without what the pointer names (elements behind it move up);
/// Code::not_found if there is nothing, Code::invalid for the root itself.
Result<Value> without(const Value& root, const Pointer& pointer);

}  // namespace rumbo::codec
