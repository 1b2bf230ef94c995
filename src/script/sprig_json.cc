// JSON in Sprig and Helm: toJson, fromJson and their kin.
#include "script/go_json.h"
#include "script/list.h"
#include "script/map.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Outcome<std::string> written(Call& call, const GoJsonStyle& style) {
  TRY(call.session.charge_tree(call[0]));
  std::string out = TRY(write_go_json(call[0], style));
  TRY(call.session.room_for_text(out.size()));
  return out;
}

/// A failure becomes an empty text, unless it is a limit.
Body lenient(GoJsonStyle style) {
  return [style](Call& call) -> Outcome<Any> {
    auto out = written(call, style);
    if (!out && out.error().kind() == Failure::Kind::limit) return fail(std::move(out).error());
    return Any(out.value_or(""));
  };
}

Body strict(GoJsonStyle style) {
  return [style](Call& call) -> Outcome<Any> { return Any(TRY(written(call, style))); };
}

std::string wrong_type(const Value& value, std::string_view wanted) {
  return "json: cannot unmarshal " + std::string(json_kind(value)) + " into Go value of type " +
         std::string(wanted);
}

Outcome<Any> from_json(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size()));
  auto out = make<Map>();
  const auto read = read_go_json(call[0].text());
  if (!read) {
    out->set("Error", Any(read.error().text()));
  } else if (read->value.is_object()) {
    out = make<Map>(read->value);
    if (!read->range_error.empty()) out->set("Error", Any(read->range_error));
  } else if (!read->value.is_null()) {
    out->set("Error", Any(wrong_type(read->value, types::any_map.name)));
  } else {
    return Any::object(types::any_map, Ref<Object>());
  }
  return Any(out);
}

Outcome<Any> from_json_array(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size()));
  const auto read = read_go_json(call[0].text());
  if (!read) return Any::list({Any(read.error().text())});
  if (read->value.is_null()) return Any::object(types::any_slice, Ref<Object>());
  if (!read->value.is_array()) {
    return Any::list({Any(wrong_type(read->value, types::any_slice.name))});
  }
  if (!read->range_error.empty()) return Any::list({Any(read->range_error)});
  return Any::from(read->value);
}

Outcome<Any> must_from_json(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size()));
  const GoJson read = TRY(read_go_json(call[0].text()));
  if (!read.range_error.empty()) return failed(read.range_error);
  return Any::from(read.value);
}

}  // namespace

void add_sprig_json(FunctionTable& table) {
  const GoJsonStyle plain, raw{.escape_html = false}, pretty{.indent = true};
  table.add("toJson", "any", lenient(plain));
  table.add("mustToJson", "any", strict(plain));
  table.add("toPrettyJson", "any", lenient(pretty));
  table.add("mustToPrettyJson", "any", strict(pretty));
  table.add("toRawJson", "any", strict(raw));
  table.add("mustToRawJson", "any", strict(raw));
  table.add("fromJson", "string", from_json);
  table.add("fromJsonArray", "string", from_json_array);
  table.add("mustFromJson", "string", must_from_json);
}

}  // namespace rumbo::script
