#include "api/framing.h"

#include <utility>

#include "codec/json.h"

namespace rumbo::api {

std::string_view content_type_of(Framing framing) {
  return framing == Framing::lines ? "application/x-ndjson" : "text/event-stream";
}

std::string_view heartbeat_of(Framing framing) {
  return framing == Framing::lines ? "\n" : ":\n\n";
}

std::string frame(Framing framing, std::string_view name, const Value& value) {
  if (framing == Framing::lines) {
    return codec::to_json(Value::object({{name, value}})) + "\n";
  }
  std::string out;
  if (const Value& record = value["record"]; name == "event" && record.is_object()) {
    out += "id: " + codec::to_json(record["seq"]) + "\n";
    if (framing == Framing::records) return out + "data: " + codec::to_json(record) + "\n\n";
  }
  // A page's EventSource keeps the name "error" for its own.
  out += "event: " + std::string(name == "error" ? "failure" : name) + "\n";
  return out + "data: " + codec::to_json(value) + "\n\n";  // JSON text has no line ends
}

}  // namespace rumbo::api
