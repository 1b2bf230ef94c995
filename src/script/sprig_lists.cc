// Sprig's lists. No function changes a list it was given.
#include <algorithm>
#include <cmath>

#include "script/cast.h"
#include "script/compare.h"
#include "script/list.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {

namespace types {
const Type any_slices{.kind = Kind::slice, .name = "[][]interface {}", .element = &any_slice};
}

namespace {

using Items = std::vector<Any>;

/// The elements, or Sprig's complaint about anything else: "Cannot push on type string".
Outcome<Items> items(Call& call, const Any& value, std::string_view complaint) {
  if (value.is_nil()) return failed(kNilDereference);
  if (value.kind() != Kind::slice) {
    return failed(std::string(complaint) + std::string(to_string(value.kind())));
  }
  TRY(call.session.charge(1 + length(value)));
  if (value.type() == &types::bytes) {
    Items out;
    for (const char c : value.text()) {
      out.push_back(Any::typed(types::uint8, Value(static_cast<unsigned char>(c))));
    }
    return out;
  }
  return value.list() == nullptr ? Items() : value.list()->copy();
}

Outcome<Any> made(Call& call, Items out) {
  TRY(call.session.room_for_items(out.size()));
  return Any::list(std::move(out));
}

Any nil_list() {
  return Any::object(types::any_slice, Ref<Object>());
}

/// Adds a function and its must form, which differ in nothing a template can see.
void add(FunctionTable& table, std::initializer_list<const char*> names, std::string_view signature,
         const Body& body) {
  for (const char* name : names) table.add(name, signature, body);
}

Outcome<Any> push(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot push on type "));
  all.push_back(call[1]);
  return made(call, std::move(all));
}

Outcome<Any> prepend(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot prepend on type "));
  all.insert(all.begin(), call[1]);
  return made(call, std::move(all));
}

Outcome<Any> first(Call& call) {
  const Items all = TRY(items(call, call[0], "Cannot find first on type "));
  return all.empty() ? Any() : all.front();
}

Outcome<Any> last(Call& call) {
  const Items all = TRY(items(call, call[0], "Cannot find last on type "));
  return all.empty() ? Any() : all.back();
}

Outcome<Any> rest(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot find rest on type "));
  if (all.empty()) return nil_list();
  all.erase(all.begin());
  return made(call, std::move(all));
}

Outcome<Any> initial(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot find initial on type "));
  if (all.empty()) return nil_list();
  all.pop_back();
  return made(call, std::move(all));
}

Outcome<Any> reverse(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot find reverse on type "));
  std::reverse(all.begin(), all.end());
  return made(call, std::move(all));
}

Outcome<Any> compact(Call& call) {
  Items all = TRY(items(call, call[0], "Cannot compact on type "));
  std::erase_if(all, is_empty_value);
  return made(call, std::move(all));
}

Outcome<bool> in_list(Call& call, std::span<const Any> haystack, const Any& needle) {
  for (const Any& each : haystack) {
    if (TRY(deep_equal(call.session, needle, each))) return true;
  }
  return false;
}

Outcome<Any> uniq(Call& call) {
  const Items all = TRY(items(call, call[0], "Cannot find uniq on type "));
  Items out;
  for (const Any& item : all) {
    if (!TRY(in_list(call, out, item))) out.push_back(item);
  }
  return made(call, std::move(out));
}

Outcome<Any> without(Call& call) {
  const Items all = TRY(items(call, call[0], "Cannot find without on type "));
  Items out;
  for (const Any& item : all) {
    if (!TRY(in_list(call, call.arguments.subspan(1), item))) out.push_back(item);
  }
  return made(call, std::move(out));
}

Outcome<Any> has(Call& call) {
  if (call[1].is_nil()) return Any(false);
  const Items all = TRY(items(call, call[1], "Cannot find has on type "));
  return Any(TRY(in_list(call, all, call[0])));
}

Outcome<Any> slice(Call& call) {
  const Any& list = call[0];
  const Items all = TRY(items(call, list, "list should be type of slice or array but "));
  if (all.empty()) return Any();
  const std::int64_t from = call.size() > 1 ? to_int64(call[1]) : 0;
  const std::int64_t to =
      call.size() > 2 ? to_int64(call[2]) : static_cast<std::int64_t>(all.size());
  if (from < 0 || to < from || to > static_cast<std::int64_t>(all.size())) {
    return failed("reflect.Value.Slice: slice index out of bounds");
  }
  if (list.type() == &types::bytes) {
    return Any::typed(types::bytes, Value(list.text().substr(static_cast<std::size_t>(from),
                                                             static_cast<std::size_t>(to - from))));
  }
  return Any::object(*list.type(),
                     Ref<Object>(make<List>(Items(all.begin() + from, all.begin() + to))));
}

Outcome<Any> concat(Call& call) {
  Items out;
  for (const Any& each : call.arguments) {
    if (each.is_nil()) return failed(kNilDereference);
    if (each.kind() != Kind::slice) {
      return failed("Cannot concat type " + std::string(to_string(each.kind())) + " as list");
    }
    for (Any& item : TRY(items(call, each, ""))) out.push_back(std::move(item));
    TRY(call.session.room_for_items(out.size()));
  }
  if (out.empty()) return nil_list();
  return made(call, std::move(out));
}

Outcome<Any> chunk(Call& call) {
  const Items all = TRY(items(call, call[1], "Cannot chunk type "));
  const std::int64_t size = call[0].as_int();
  const auto count = static_cast<std::int64_t>(all.size());
  const double chunks = std::floor(static_cast<double>(count - 1) / static_cast<double>(size)) + 1;
  if (!(chunks >= 0) || chunks > 1e9) return failed("runtime error: makeslice: len out of range");
  Items out;
  for (std::int64_t i = 0; i < static_cast<std::int64_t>(chunks); ++i) {
    std::int64_t length_here = size;
    if (i + 1 == static_cast<std::int64_t>(chunks)) {
      length_here = size == 0 ? 0 : count % size;
      if (length_here == 0) length_here = size;
    }
    if (length_here < 0) return failed("runtime error: makeslice: len out of range");
    if (i * size + length_here > count) return failed("reflect: slice index out of range");
    out.push_back(Any::list(Items(all.begin() + i * size, all.begin() + i * size + length_here)));
  }
  TRY(call.session.room_for_items(out.size()));
  return Any::object(types::any_slices, Ref<Object>(make<List>(std::move(out))));
}

}  // namespace

void add_sprig_lists(FunctionTable& table) {
  add(table, {"list", "tuple"}, "...any", [](Call& call) -> Outcome<Any> {
    return made(call, Items(call.arguments.begin(), call.arguments.end()));
  });
  add(table, {"append", "push", "mustAppend", "mustPush"}, "any, any", push);
  add(table, {"prepend", "mustPrepend"}, "any, any", prepend);
  add(table, {"first", "mustFirst"}, "any", first);
  add(table, {"last", "mustLast"}, "any", last);
  add(table, {"rest", "mustRest"}, "any", rest);
  add(table, {"initial", "mustInitial"}, "any", initial);
  add(table, {"reverse", "mustReverse"}, "any", reverse);
  add(table, {"compact", "mustCompact"}, "any", compact);
  add(table, {"uniq", "mustUniq"}, "any", uniq);
  add(table, {"without", "mustWithout"}, "any, ...any", without);
  add(table, {"has", "mustHas"}, "any, any", has);
  add(table, {"slice", "mustSlice"}, "any, ...any", slice);
  add(table, {"chunk", "mustChunk"}, "int, any", chunk);
  table.add("concat", "...any", concat);
}

}  // namespace rumbo::script
