#include "api/line_reader.h"

#include "api/error_body.h"
#include "codec/json.h"

namespace rumbo::api {

bool LineReader::feed(std::string_view piece) {
  lines_.feed(piece);
  for (;;) {
    const auto text = lines_.next();
    if (!text) {
      result_ = fail(text.error());
      return false;
    }
    if (!*text) return true;
    if (!take(**text)) return false;
  }
}

bool LineReader::take(std::string_view text) {
  const auto line = codec::parse_json(text);
  if (!line) {
    result_ = fail(line.error());
    return false;
  }
  if (const Value* event = line->find("event")) {
    if (!deaf_ && sink_) deaf_ = !sink_(*event);
    return !(deaf_ && sink_ends_);
  }
  if (const Value* result = line->find("result")) result_ = *result;
  if (const Value* error = line->find("error")) result_ = fail(error_from(*error));
  return true;
}

}  // namespace rumbo::api
