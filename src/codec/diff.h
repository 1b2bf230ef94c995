// Structural difference of two Values, as lists of changes that people read. Secrets can be
// compared without being shown.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/value.h"

namespace rumbo::codec {

/// One place that differs. Without `before` it was added, without `after` removed.
struct Change {
  std::string path;     ///< for people: spec.template.spec.containers[name=app].image
  std::string pointer;  ///< RFC 6901; into `after`, or into `before` for something removed
  std::optional<Value> before;
  std::optional<Value> after;
  friend bool operator==(const Change&, const Change&) = default;
};

struct DiffOptions {
  /// Lists of objects are matched by the first of these members that all elements of both lists
  /// hold as distinct strings; other lists are matched by index.
  std::vector<std::string> list_keys = {"name"};
  /// More changes than this are cut off.
  std::size_t max_changes = 10'000;
};

/// Changes in key order; an object or list that exists on one side only is one change. A null root
/// is a missing one. Matched lists whose elements only changed places give one change
/// `list[order]`.
std::vector<Change> diff(const Value& before, const Value& after, const DiffOptions& options = {});

/// The text that stands for a hidden value.
inline constexpr std::string_view kMasked = "(masked)";
/// What a changed secret value shows as.
inline constexpr std::string_view kChanged = "(changed)";

/// Replaces every value under `data` and `stringData` of a v1 Secret, and the last-applied
/// annotation that repeats them, by "(masked)". Other objects come back as they are.
Value mask_secret(const Value& object);

/// diff() of two objects, safe to show: of Secrets it tells which keys were added, removed or
/// changed, never their values; `stringData` counts as the `data` it becomes. A missing object is
/// null.
std::vector<Change> diff_objects(const Value& before, const Value& after,
                                 const DiffOptions& options = {});

/// One line a change: `~ path: a -> b`, `+ path: b`, `- path: a`; `color` adds ANSI colours.
/// Larger values are shown as YAML below their path, of texts only the lines that differ.
/// Ends with a newline unless empty.
std::string render_diff(std::span<const Change> changes, bool color);

}  // namespace rumbo::codec
