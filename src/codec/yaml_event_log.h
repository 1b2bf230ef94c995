// YamlEventLog: writes down events, for tests that compare two readers.
#pragma once

#include <string>
#include <vector>

#include "codec/yaml_events.h"

namespace rumbo::codec {

class YamlEventLog : public YamlEvents {
 public:
  Result<> scalar(const NodeEvent& event, const ScalarEvent& scalar) override;
  Result<> alias(const YamlSpan& span, std::string_view name) override;
  Result<> open(const NodeEvent& event, YamlKind kind) override;
  Result<> close(const YamlMark& end) override;
  Result<> end_document() override;

  /// One line an event, with all it holds.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

}  // namespace rumbo::codec
