// YamlEvents: the events of YAML text, for readers that build a tree of their own.
//
// Threads: pure functions; a YamlEvents belongs to one reading at a time.
#pragma once

#include <string_view>

#include "base/result.h"
#include "codec/yaml.h"
#include "codec/yaml_scalar.h"

namespace rumbo::codec {

/// What every event of a node carries.
struct NodeEvent {
  YamlSpan span;
  YamlStyle style = YamlStyle::plain;
  std::string_view anchor;
  std::string_view tag;
};

/// Takes events in the order of the text. An error ends the reading and becomes its result. Bounds
/// on nodes, depth and aliases are the receiver's to check.
class YamlEvents {
 public:
  virtual ~YamlEvents() = default;
  virtual Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) = 0;
  virtual Result<> alias(const YamlSpan& span, std::string_view name) = 0;
  virtual Result<> open(const NodeEvent& event, YamlKind kind) = 0;
  virtual Result<> close(const YamlMark& end) = 0;
  /// The root node before it may be an empty plain scalar: a document with nothing in it.
  virtual Result<> end_document() = 0;
};

/// Feeds the text's events; of `options`, the limits of bytes and documents and `first_only` count.
/// Errors are those of parse_yaml.
Result<> read_yaml_events(std::string_view text, std::string_view file, const YamlOptions& options,
                          YamlEvents& events);

}  // namespace rumbo::codec
