// SchemaCheck: one value against one schema.
//
// Threads: one at a time.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "codec/json_schema.h"
#include "codec/json_schema_index.h"

namespace rumbo::codec {

/// What of an object or array the schemas looked at.
struct Evaluated {
  std::set<std::string, std::less<>> members;
  std::set<std::size_t> items;
  bool all_members = false, all_items = false;
  void merge(const Evaluated& other);
};

class SchemaCheck {
 public:
  explicit SchemaCheck(const SchemaIndex& index) : index_(index) {}

  /// What is wrong, flat; empty if nothing is.
  std::vector<SchemaFinding> run(const Value& value);

 private:
  using Findings = std::vector<SchemaFinding>;
  /// One schema over one value.
  struct Frame {
    const SchemaPlace& place;
    const Value& value;
    Findings& findings;
    Evaluated evaluated = {};
  };

  /// Checks and reports what was looked at to `evaluated`, if the value fits.
  Findings check(const SchemaPlace& place, const Value& value, Evaluated* evaluated);
  bool fits(const SchemaPlace& place, const Value& value, Evaluated* evaluated);
  /// The schema of a keyword over the same value; its findings as one that stands for all.
  std::optional<SchemaFinding> as_cause(const SchemaPlace& place, const Value& value,
                                        Evaluated* evaluated);
  SchemaPlace child(const Frame& frame, const Value& schema) const {
    return index_.below(frame.place, schema);
  }
  void add(Frame& frame, std::string message);
  void add(Frame& frame, Findings found) const;

  bool check_scalar_keywords(Frame& frame);
  bool check_type(Frame& frame);
  bool check_enum(Frame& frame);
  bool check_format(Frame& frame);
  bool check_references(Frame& frame);
  void check_object(Frame& frame);
  void check_object_size(Frame& frame);
  void check_members(Frame& frame);
  void check_member(Frame& frame, const Member& member, std::vector<std::string>& additional);
  void check_dependencies(Frame& frame);
  void check_property_names(Frame& frame);
  void check_array(Frame& frame);
  void check_array_size(Frame& frame);
  void check_items(Frame& frame);
  void check_contains(Frame& frame);
  void check_unique(Frame& frame);
  void check_string(Frame& frame);
  void check_number(Frame& frame);
  void check_combined(Frame& frame);
  void check_one_of(Frame& frame, const Value& options);
  void check_condition(Frame& frame);
  void check_unevaluated(Frame& frame);
  void check_below(Frame& frame, const Value& schema, const Value& value, std::string_view token);
  bool runs_in_circles(const Frame& frame) const;
  SchemaPlace dynamic_target(const SchemaPlace& from, std::string_view reference) const;

  const SchemaIndex& index_;
  std::string pointer_;
  std::vector<SchemaPlace> scope_;    // the schemas that led here, for dynamic references
  std::vector<const Value*> values_;  // what each of them is checked against
  std::uint64_t checks_ = 0, findings_ = 0;
  int depth_ = 0;
};

}  // namespace rumbo::codec
