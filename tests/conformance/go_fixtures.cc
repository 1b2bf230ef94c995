#include "go_fixtures.h"

#include "script/complex.h"
#include "script/function_value.h"
#include "script/list.h"
#include "script/map.h"
#include "script/time_value.h"

namespace rumbo::conformance {
namespace {

using script::Any;
using script::Call;
using script::Kind;
using script::Outcome;
using script::Type;
namespace types = script::types;

const Type kIntMap{
    .kind = Kind::map, .name = "map[string]int", .element = &types::integer, .key = &types::string};
const Type kAdd{.kind = Kind::function, .name = "func(int, int) int"};
const Type kFails{.kind = Kind::function, .name = "func() (string, error)"};
const Type kJoin{.kind = Kind::function, .name = "func(...string) string"};
const Type kPanics{.kind = Kind::function, .name = "func() string"};

Any function(const Type& type, std::string_view signature, script::Body body) {
  return Any::native(script::make<script::FunctionValue>(
      type, script::Function::make("", signature, std::move(body))));
}

Any map_of(const Type& type, std::string_view key, Any value) {
  auto map = script::make<script::Map>();
  map->set(key, std::move(value));
  return Any(map).as_type(type);
}

Any any_map() {
  auto map = script::make<script::Map>();
  map->set("a", "x");
  map->set("n", {});
  map->set("l", Any::list({Any::integer(1), "b"}));
  map->set("m", map_of(types::any_map, "k", Any::integer(1)));
  return Any(map);
}

Any functions() {
  auto map = script::make<script::Map>();
  map->set("f",
           function(kFails, "", [](Call&) -> Outcome<Any> { return script::failed("fn failed"); }));
  map->set("p",
           function(kPanics, "", [](Call&) -> Outcome<Any> { return script::failed("ouch"); }));
  map->set("g", function(kJoin, "...string", [](Call& call) -> Outcome<Any> {
             std::string out;
             for (const Any& part : call.arguments) {
               if (!out.empty()) out += '+';
               out += part.text();
             }
             return Any(out);
           }));
  return Any(map);
}

Any ints() {
  auto list = script::make<script::List>(
      std::vector<Any>{Any::integer(1), Any::integer(2), Any::integer(3)});
  return Any(list).as_type(types::int_slice);
}

}  // namespace

std::optional<Any> go_fixture(std::string_view name) {
  if (name == "mapany") return any_map();
  if (name == "mapint") return map_of(kIntMap, "a", Any::integer(1));
  if (name == "mapstr") return map_of(types::string_map, "a", "s");
  if (name == "nilmap") return Any::object(types::any_map, script::Ref<script::Object>());
  if (name == "nil") return Any();
  if (name == "str") return Any("text");
  if (name == "ints") return ints();
  if (name == "bytes") return Any::typed(types::bytes, Value("hey"));
  if (name == "uint8") return Any::typed(types::uint8, Value(200));
  if (name == "f32") return Any::typed(types::float32, Value(double{0.1f}));
  if (name == "cplx") return Any::native(script::make<script::Complex>(1, -2));
  if (name == "dur") return Any::typed(types::duration, Value(90'000'000'000));
  if (name == "time") {
    script::GoTime time;
    time.seconds = script::seconds_of(2024, 3, 4, 5, 6, 7);
    time.nanoseconds = 8000;
    return script::time_value(time);
  }
  if (name == "func") {
    return function(kAdd, "int, int", [](Call& call) -> Outcome<Any> {
      return Any::integer(call[0].as_int() + call[1].as_int());
    });
  }
  if (name == "fe") return functions();
  return std::nullopt;
}

}  // namespace rumbo::conformance
