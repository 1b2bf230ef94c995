// Sprig's defaults, tests of emptiness, types and deep copies.
#include <algorithm>

#include "script/cast.h"
#include "script/compare.h"
#include "script/list.h"
#include "script/map.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Outcome<Any> copy(Session& session, const Any& value) {
  const Map* map = value.map();
  const List* list = value.list();
  if (map == nullptr && list == nullptr) return value;
  TRY(session.enter());
  struct Leave {
    Session& session;
    ~Leave() { session.leave(); }
  } leave{session};
  TRY(session.charge(1 + length(value)));
  if (map != nullptr) {
    // What was never changed is copied by sharing the Value below.
    if (const Value* base = map->pristine()) {
      return Any::object(*value.type(), Ref<Object>(make<Map>(*base)));
    }
    auto out = make<Map>();
    for (std::size_t i = 0; i < map->size(); ++i) {
      out->set(map->key(i), TRY(copy(session, map->at(i))));
    }
    return Any::object(*value.type(), Ref<Object>(out));
  }
  std::vector<Any> out;
  out.reserve(list->size());
  for (std::size_t i = 0; i < list->size(); ++i) out.push_back(TRY(copy(session, list->at(i))));
  return Any::object(*value.type(), Ref<Object>(make<List>(std::move(out))));
}

Outcome<Any> deep_copy(Call& call) {
  if (call[0].is_nil()) return failed("reflect: call of reflect.Value.Type on zero Value");
  return copy(call.session, call[0]);
}

std::string_view kind_of(const Any& value) {
  return to_string(value.kind());
}

}  // namespace

void add_sprig_defaults(FunctionTable& table) {
  table.add("default", "any, ...any", [](Call& call) -> Outcome<Any> {
    return call.size() < 2 || is_empty_value(call[1]) ? call[0] : call[1];
  });
  table.add("empty", "any", [](Call& c) -> Outcome<Any> { return Any(is_empty_value(c[0])); });
  table.add("coalesce", "...any", [](Call& call) -> Outcome<Any> {
    for (const Any& value : call.arguments) {
      if (!is_empty_value(value)) return value;
    }
    return Any();
  });
  table.add("all", "...any", [](Call& call) -> Outcome<Any> {
    return Any(std::none_of(call.arguments.begin(), call.arguments.end(), is_empty_value));
  });
  table.add("any", "...any", [](Call& call) -> Outcome<Any> {
    return Any(!std::all_of(call.arguments.begin(), call.arguments.end(), is_empty_value));
  });
  table.add("ternary", "any, any, bool",
            [](Call& call) -> Outcome<Any> { return call[2].as_bool() ? call[0] : call[1]; });
  table.add("deepCopy", "any", deep_copy);
  table.add("mustDeepCopy", "any", deep_copy);
  table.add("typeOf", "any", [](Call& c) -> Outcome<Any> { return Any(c[0].type_name()); });
  table.add("typeIs", "string, any",
            [](Call& c) -> Outcome<Any> { return Any(c[0].text() == c[1].type_name()); });
  table.add("typeIsLike", "string, any", [](Call& c) -> Outcome<Any> {
    const std::string_view type = c[1].type_name();
    return Any(c[0].text() == type || "*" + std::string(c[0].text()) == type);
  });
  table.add("kindOf", "any", [](Call& c) -> Outcome<Any> { return Any(kind_of(c[0])); });
  table.add("kindIs", "string, any",
            [](Call& c) -> Outcome<Any> { return Any(c[0].text() == kind_of(c[1])); });
  table.add("deepEqual", "any, any", [](Call& c) -> Outcome<Any> {
    TRY(c.session.charge(1 + length(c[0])));
    return Any(TRY(deep_equal(c.session, c[0], c[1])));
  });
}

}  // namespace rumbo::script
