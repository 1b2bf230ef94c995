#include "codec/yaml_event_log.h"

#include <fmt/format.h>

namespace rumbo::codec {
namespace {

std::string text_of(const YamlMark& mark) {
  return fmt::format("{}:{}@{}", mark.line, mark.column, mark.offset);
}

std::string text_of(const NodeEvent& event) {
  return fmt::format("{}-{} style {} &{} !{}", text_of(event.span.start), text_of(event.span.end),
                     static_cast<int>(event.style), event.anchor, event.tag);
}

}  // namespace

Result<> YamlEventLog::scalar(const NodeEvent& event, const ScalarEvent& scalar) {
  lines_.push_back(fmt::format("scalar {} implicit {} quoted {}: {}", text_of(event),
                               scalar.plain_implicit, scalar.quoted, scalar.text));
  return {};
}

Result<> YamlEventLog::alias(const YamlSpan& span, std::string_view name) {
  lines_.push_back(fmt::format("alias {}-{} *{}", text_of(span.start), text_of(span.end), name));
  return {};
}

Result<> YamlEventLog::open(const NodeEvent& event, YamlKind kind) {
  lines_.push_back(fmt::format("open {} kind {}", text_of(event), static_cast<int>(kind)));
  return {};
}

Result<> YamlEventLog::close(const YamlMark& end) {
  lines_.push_back("close " + text_of(end));
  return {};
}

Result<> YamlEventLog::end_document() {
  lines_.emplace_back("end of document");
  return {};
}

}  // namespace rumbo::codec
