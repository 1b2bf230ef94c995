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

// struct tS { A int; B string; M map[string]int; P *tS; h int }, with methods.

const script::Function* struct_method(std::string_view name);
const script::Function* pointer_method(std::string_view name);
const Type kStruct{.kind = Kind::structure, .name = "main.tS", .method = struct_method};
const Type kPointer{.kind = Kind::pointer, .name = "*main.tS", .method = pointer_method};

class Record final : public script::Native {
 public:
  Record(const Type& type, std::string b, Any p)
      : type_(type), b_(std::move(b)), p_(std::move(p)) {}
  const Type& type() const override { return type_; }
  const std::string& b() const { return b_; }
  std::optional<Any> field(std::string_view name) const override {
    if (name == "A") return Any::integer(1);
    if (name == "B") return Any(b_);
    if (name == "M") return map_of(kIntMap, "x", Any::integer(2));
    if (name == "P") return p_;
    return std::nullopt;
  }
  bool unexported(std::string_view name) const override { return name == "h"; }
  std::string print_struct() const override { return "{1 b map[x:2] <nil> 0}"; }

 private:
  const Type& type_;
  std::string b_;
  Any p_;
};

Any record(const Type& type, std::string b, Any p) {
  return Any::native(script::make<Record>(type, std::move(b), std::move(p)));
}
Any nil_record() {
  return Any::object(kPointer, script::Ref<script::Object>());
}

const std::string& b_of(const Call& call) {
  return static_cast<const Record&>(*call.receiver->native()).b();
}

std::vector<script::Function> make_methods() {
  std::vector<script::Function> out;
  const auto add = [&](std::string name, std::string_view signature, script::Body body) {
    out.push_back(script::Function::make(std::move(name), signature, std::move(body)));
  };
  add("Get", "", [](Call& call) -> Outcome<Any> {
    if (call.receiver->native() == nullptr) {
      return script::failed("value method main.tS.Get called using nil *tS pointer");
    }
    return Any("got " + b_of(call));
  });
  add("Err", "", [](Call&) -> Outcome<Any> { return script::failed("method failed"); });
  add("Add", "int, int",
      [](Call& call) -> Outcome<Any> { return Any::integer(call[0].as_int() + call[1].as_int()); });
  add("Var", "string, ...int", [](Call& call) -> Outcome<Any> {
    std::string numbers;
    for (const Any& number : call.arguments.subspan(1)) {
      numbers += (numbers.empty() ? "" : " ") + std::to_string(number.as_int());
    }
    return Any(std::string(call[0].text()) + "[" + numbers + "]");
  });
  add("PGet", "", [](Call& call) -> Outcome<Any> { return Any("pgot " + b_of(call)); });
  return out;
}

const script::Function* pointer_method(std::string_view name) {
  static const auto kMethods = make_methods();
  for (const script::Function& method : kMethods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}
const script::Function* struct_method(std::string_view name) {
  return name == "PGet" ? nullptr : pointer_method(name);
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
  if (name == "struct") return record(kStruct, "b", nil_record());
  if (name == "pstruct") return record(kPointer, "b", record(kPointer, "inner", nil_record()));
  if (name == "nilptr") return nil_record();
  if (name == "func") {
    return function(kAdd, "int, int", [](Call& call) -> Outcome<Any> {
      return Any::integer(call[0].as_int() + call[1].as_int());
    });
  }
  if (name == "fe") return functions();
  return std::nullopt;
}

}  // namespace rumbo::conformance
