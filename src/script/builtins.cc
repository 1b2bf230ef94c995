// Go's own template functions.
#include <algorithm>
#include <array>
#include <fmt/core.h>

#include "codec/utf8.h"
#include "script/compare.h"
#include "script/escape.h"
#include "script/format.h"
#include "script/function_value.h"
#include "script/list.h"
#include "script/map.h"
#include "script/operand.h"
#include "script/session.h"

namespace rumbo::script {
namespace {

Any unboxed(const Any& value) {
  return is_nil_interface(value) ? Any() : value;
}
Any boxed(const Any& value) {
  return value.is_nil() ? nil_interface() : value;
}

/// Go's prepareArg: an argument of `call`, or a key of a map, as the type wanted.
Outcome<Any> prepared(const Any& given, const Type& type) {
  const Any value = unboxed(given);
  if (value.is_nil()) {
    if (!can_be_nil(type)) {
      return failed("value is nil; should be of type " + std::string(type.name));
    }
    return type.kind == Kind::interface ? Any() : Any::object(type, Ref<Object>());
  }
  if (assignable(*value.type(), type)) return value;
  const auto integral = [](Kind kind) { return is_signed(kind) || is_unsigned(kind); };
  if (integral(value.kind()) && integral(type.kind)) return Any::typed(type, value.scalar());
  return failed("value has type " + std::string(value.type_name()) + "; should be " +
                std::string(type.name));
}

Outcome<std::size_t> index_argument(const Any& given, std::size_t capacity) {
  const Any index = unboxed(given);
  if (index.is_nil()) return failed("cannot index slice/array with nil");
  if (!is_signed(index.kind()) && !is_unsigned(index.kind())) {
    return failed("cannot index slice/array with type " + std::string(index.type_name()));
  }
  const std::int64_t x = index.as_int();
  if (x < 0 || static_cast<std::uint64_t>(x) > capacity) {
    return failed("index out of range: " + std::to_string(x));
  }
  return static_cast<std::size_t>(x);
}

Any byte_at(const Any& text, std::size_t index) {
  return Any::typed(types::uint8, Value(static_cast<unsigned char>(text.text()[index])));
}

Outcome<Any> index_once(const Any& item, const Any& index) {
  if (is_nil_interface(item)) return failed("index of nil pointer");
  if (item.kind() == Kind::string || item.kind() == Kind::slice) {
    const std::size_t x = TRY(index_argument(index, length(item)));
    if (x >= length(item)) {
      return failed(item.kind() == Kind::string ? "reflect: string index out of range"
                                                : "reflect: slice index out of range");
    }
    if (item.list() == nullptr) return byte_at(item, x);
    return boxed(item.list()->at(x));
  }
  if (item.kind() == Kind::map) {
    const Any key = TRY(prepared(index, *item.type()->key));
    if (item.map() != nullptr) {
      if (auto found = item.map()->find(key.text())) return boxed(*found);
    }
    return boxed(zero_of(*item.type()->element));
  }
  return failed("can't index item of type " + std::string(item.type_name()));
}

Outcome<Any> index(Call& call) {
  Any item = unboxed(call[0]);
  if (item.is_nil()) return failed("index of untyped nil");
  for (std::size_t i = 1; i < call.size(); ++i) item = TRY(index_once(item, call[i]));
  return item;
}

Any cut(const Any& item, std::size_t from, std::size_t to) {
  if (item.list() == nullptr) {
    return Any::typed(*item.type(), Value(item.text().substr(from, to - from)));
  }
  std::vector<Any> items;
  for (std::size_t i = from; i < to; ++i) items.push_back(item.list()->at(i));
  return Any::object(*item.type(), Ref<Object>(make<List>(std::move(items))));
}

Outcome<Any> slice(Call& call) {
  const Any item = unboxed(call[0]);
  if (item.is_nil()) return failed("slice of untyped nil");
  const std::size_t count = call.size() - 1;
  if (count > 3) return failed("too many slice indexes: " + std::to_string(count));
  if (item.kind() == Kind::string) {
    if (count == 3) return failed("cannot 3-index slice a string");
  } else if (item.kind() == Kind::array) {
    return failed("reflect.Value.Slice: slice of unaddressable array");
  } else if (item.kind() != Kind::slice) {
    return failed("can't slice item of type " + std::string(item.type_name()));
  }
  std::array<std::size_t, 3> at{0, length(item), 0};
  for (std::size_t i = 0; i < count; ++i) {
    at[i] = TRY(index_argument(call[i + 1], length(item)));
  }
  const auto invalid = [](std::size_t a, std::size_t b) {
    return failed("invalid slice index: " + std::to_string(a) + " > " + std::to_string(b));
  };
  if (at[0] > at[1]) return invalid(at[0], at[1]);
  if (count == 3 && at[1] > at[2]) return invalid(at[1], at[2]);
  TRY(call.session.room_for_items(at[1] - at[0]));
  return cut(item, at[0], at[1]);
}

Outcome<Any> len(Call& call) {
  const Any& item = call[0];
  if (is_nil_interface(item)) return failed("len of nil pointer");
  if (item.is_nil()) return failed("reflect: call of reflect.Value.Type on zero Value");
  switch (item.kind()) {
    case Kind::map:
    case Kind::slice:
    case Kind::string:
      return Any::integer(static_cast<std::int64_t>(length(item)));
    default:
      return failed("len of type " + std::string(item.type_name()));
  }
}

Outcome<Any> call_value(Call& call) {
  const std::string name(call[0].text());
  const Any target = unboxed(call[1]);
  if (target.is_nil()) return failed("call of nil");
  if (target.kind() != Kind::function) {
    return failed("non-function " + name + " of type " + std::string(target.type_name()));
  }
  const Function& function = static_cast<const FunctionValue&>(*target.native()).function();
  const auto given = call.arguments.subspan(2);
  const std::size_t wanted = function.parameters.size();
  const std::string got =
      "wrong number of args for " + name + ": got " + std::to_string(given.size()) + " want ";
  if (function.variadic ? given.size() + 1 < wanted : given.size() != wanted) {
    return failed(got + (function.variadic ? "at least " + std::to_string(wanted - 1)
                                           : std::to_string(wanted)));
  }
  std::vector<Any> values;
  for (std::size_t i = 0; i < given.size(); ++i) {
    auto value = prepared(given[i], *function.parameters[std::min(i, wanted - 1)]);
    if (!value) return failed("arg " + std::to_string(i) + ": " + value.error().text());
    values.push_back(std::move(*value));
  }
  Call inner{call.session, call.templates, function, values, nullptr, {}};
  return function.body(inner);
}

Outcome<Any> eq(Call& call) {
  if (call.size() < 2) return failed("missing argument for comparison");
  const Any first = unboxed(call[0]);
  for (std::size_t i = 1; i < call.size(); ++i) {
    if (TRY(equal(first, unboxed(call[i])))) return Any(true);
  }
  return Any(false);
}

template <class Compare>
Body comparison(Compare compare) {
  return [compare](Call& call) -> Outcome<Any> {
    return Any(TRY(compare(unboxed(call[0]), unboxed(call[1]))));
  };
}

Outcome<bool> less_or_equal(const Any& a, const Any& b) {
  if (TRY(less(a, b))) return true;
  return equal(a, b);
}

/// What html, js and urlquery escape: one string as it is, else what print makes of them.
Outcome<std::string> joined(Call& call) {
  if (call.size() == 1 && call[0].kind() == Kind::string) return std::string(call[0].text());
  std::vector<Any> values(call.arguments.begin(), call.arguments.end());
  for (Any& value : values) {
    if (value.is_nil()) value = Any("<no value>");
  }
  return format_print(values, call.session.limits().max_text);
}

template <class Escape>
Body escaper(Escape escape) {
  return [escape](Call& call) -> Outcome<Any> {
    const std::string text = TRY(joined(call));
    TRY(call.session.room_for_text(text.size()));
    return Any(escape(text));
  };
}

Function special(std::string name, std::string_view signature, Body body, Function::Special which) {
  Function out = Function::make(std::move(name), signature, std::move(body));
  out.special = which;
  return out;
}

}  // namespace

void add_builtins(FunctionTable& table) {
  const Body never = [](Call&) -> Outcome<Any> { return failed("unreachable"); };
  table.add(special("and", "value, ...value", never, Function::Special::logical_and));
  table.add(special("or", "value, ...value", never, Function::Special::logical_or));
  table.add(special("call", "value, ...value", call_value, Function::Special::call));
  table.add("not", "value",
            [](Call& call) -> Outcome<Any> { return Any(!truth(unboxed(call[0]))); });
  table.add("eq", "value, ...value", eq);
  table.add("ne", "value, value", comparison([](const Any& a, const Any& b) -> Outcome<bool> {
              return !TRY(equal(a, b));
            }));
  table.add("lt", "value, value", comparison(less));
  table.add("le", "value, value", comparison(less_or_equal));
  table.add("gt", "value, value", comparison([](const Any& a, const Any& b) -> Outcome<bool> {
              return !TRY(less_or_equal(a, b));
            }));
  table.add("ge", "value, value", comparison([](const Any& a, const Any& b) -> Outcome<bool> {
              return !TRY(less(a, b));
            }));
  table.add("index", "value, ...value", index);
  table.add("slice", "value, ...value", slice);
  table.add("len", "value", len);
  table.add("print", "...any", [](Call& call) -> Outcome<Any> {
    return Any(TRY(format_print(call.arguments, call.session.limits().max_text)));
  });
  table.add("println", "...any", [](Call& call) -> Outcome<Any> {
    return Any(TRY(format_println(call.arguments, call.session.limits().max_text)));
  });
  table.add("printf", "string, ...any", [](Call& call) -> Outcome<Any> {
    return Any(TRY(
        format_printf(call[0].text(), call.arguments.subspan(1), call.session.limits().max_text)));
  });
  table.add("html", "...any", escaper(escape_html));
  table.add("js", "...any", escaper(escape_js));
  table.add("urlquery", "...any", escaper(escape_query));
}

}  // namespace rumbo::script
