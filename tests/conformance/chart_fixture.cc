#include "chart_fixture.h"

#include <algorithm>
#include <fstream>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"
#include "script/helm_error.h"
#include "script/helm_functions.h"
#include "script/helm_types.h"
#include "script/list.h"
#include "script/map.h"
#include "script/native.h"
#include "script/template_set.h"

namespace rumbo::conformance {
namespace {

using script::Any;
using script::Call;
using script::Kind;
using script::Map;
using script::Outcome;
using script::Ref;
using script::Type;

constexpr const char* kFile = "t/templates/a.yaml";

/// .Files of a chart without files: its methods find nothing.
const script::Function* files_method(std::string_view name) {
  static const std::vector<script::Function> kMethods = [] {
    std::vector<script::Function> out;
    const auto add = [&](std::string method, std::string_view signature, Any result) {
      out.push_back(script::Function::make(std::move(method), signature,
                                           [result](Call&) -> Outcome<Any> { return result; }));
    };
    add("Get", "string", Any(""));
    add("GetBytes", "string", Any::typed(script::types::bytes, Value("")));
    add("AsConfig", "", Any("{}"));
    add("AsSecrets", "", Any("{}"));
    out.push_back(script::Function::make(
        "Glob", "string", [](Call& call) -> Outcome<Any> { return *call.receiver; }));
    out.push_back(script::Function::make("Lines", "string",
                                         [](Call&) -> Outcome<Any> { return Any::strings({}); }));
    return out;
  }();
  for (const script::Function& method : kMethods) {
    if (method.name == name) return &method;
  }
  return nullptr;
}
const Type kFiles{.kind = Kind::map,
                  .name = "engine.files",
                  .element = &script::types::bytes,
                  .key = &script::types::string,
                  .method = files_method};

/// A struct with fields; `printed` is what its String() on the pointer says.
class Struct final : public script::Native {
 public:
  Struct(const Type& type, std::vector<std::pair<std::string, Any>> fields, std::string printed,
         std::string braces)
      : type_(type),
        fields_(std::move(fields)),
        printed_(std::move(printed)),
        braces_(std::move(braces)) {}
  const Type& type() const override { return type_; }
  std::optional<Any> field(std::string_view name) const override {
    for (const auto& [key, value] : fields_) {
      if (key == name) return value;
    }
    return std::nullopt;
  }
  std::optional<std::string> printed() const override {
    return printed_.empty() ? std::nullopt : std::optional(printed_);
  }
  std::string print_struct() const override { return braces_; }
  Value to_value() const override {
    std::vector<Member> members;
    for (const auto& [key, value] : fields_) {
      if (key != "GitVersion") members.emplace_back(key, value.scalar());
    }
    return Value::object(std::move(members));
  }

 private:
  const Type& type_;
  std::vector<std::pair<std::string, Any>> fields_;
  std::string printed_, braces_;
};

const script::Function* version_set_method(std::string_view name) {
  static const script::Function kHas =
      script::Function::make("Has", "string", [](Call& call) -> Outcome<Any> {
        const script::List* list = call.receiver->list();
        for (std::size_t i = 0; i < list->size(); ++i) {
          const Any item = list->at(i);
          if (item.text() == call[0].text()) return Any(true);
        }
        return Any(false);
      });
  return name == "Has" ? &kHas : nullptr;
}
const Type kVersionSet{.kind = Kind::slice,
                       .name = "common.VersionSet",
                       .element = &script::types::string,
                       .method = version_set_method};
const Type kKubeVersion{.kind = Kind::structure, .name = "common.KubeVersion"};
const Type kHelmVersion{.kind = Kind::structure, .name = "version.BuildInfo"};
const Type kCapabilities{.kind = Kind::pointer, .name = "*common.Capabilities"};

Any structure(const Type& type, std::vector<std::pair<std::string, Any>> fields,
              std::string printed = {}, std::string braces = {}) {
  return Any::native(Ref<script::Native>(
      script::make<Struct>(type, std::move(fields), std::move(printed), std::move(braces))));
}

Any capabilities() {
  const Any kube = structure(
      kKubeVersion,
      {{"Version", "v1.36.0"}, {"Major", "1"}, {"Minor", "36"}, {"GitVersion", "v1.36.0"}},
      "v1.36.0", "{v1.36.0 v1.36.0 1 36}");
  const Any helm = structure(
      kHelmVersion,
      {{"Version", "v4.2"}, {"GitCommit", ""}, {"GitTreeState", ""}, {"GoVersion", "go1.26.8"}});
  const Any versions =
      Any::strings({"v1", "apps/v1", "batch/v1", "networking.k8s.io/v1"}).as_type(kVersionSet);
  return structure(kCapabilities,
                   {{"KubeVersion", kube}, {"APIVersions", versions}, {"HelmVersion", helm}});
}

Any chart() {
  const Any metadata = Any::from(Value::object({{"APIVersion", "v2"},
                                                {"Annotations", nullptr},
                                                {"AppVersion", "4.5.6"},
                                                {"Condition", ""},
                                                {"Dependencies", Value::array()},
                                                {"Deprecated", false},
                                                {"Description", ""},
                                                {"Home", ""},
                                                {"Icon", ""},
                                                {"IsRoot", true},
                                                {"Keywords", Value::array()},
                                                {"KubeVersion", ""},
                                                {"Maintainers", Value::array()},
                                                {"Name", "t"},
                                                {"Sources", Value::array()},
                                                {"Tags", ""},
                                                {"Type", ""},
                                                {"Version", "1.2.3"}}));
  metadata.map()->set("Annotations", Any::object(script::types::string_map, Ref<script::Object>()));
  return metadata;
}

Any data_for(const Value& values) {
  auto release = script::make<Map>();
  release->set("Name", "rel");
  release->set("Namespace", "ns");
  release->set("Service", "Helm");
  release->set("Revision", Any::integer(1));
  release->set("IsInstall", true);
  release->set("IsUpgrade", false);
  auto own = script::make<Map>();
  own->set("Name", kFile);
  own->set("BasePath", "t/templates");
  auto data = script::make<Map>();
  data->set("Values", typed_any(values).as_type(script::types::helm_values));
  data->set("Chart", chart());
  data->set("Release", release);
  data->set("Capabilities", capabilities());
  data->set("Files", Any::object(kFiles, Ref<script::Object>(script::make<Map>())));
  data->set("Subcharts", Any(script::make<Map>()));
  data->set("Template", Any(own).as_type(script::types::helm_values));
  return Any(data).as_type(script::types::helm_values);
}

Any typed_slice(const Value& items, const Type& type, Any (*wrap)(const Value&)) {
  std::vector<Any> out;
  for (const Value& item : items.items()) out.push_back(wrap(item));
  return Any::object(type, Ref<script::Object>(script::make<script::List>(std::move(out))));
}

std::optional<Any> special(const Value& typed) {
  if (typed.size() != 1) return std::nullopt;
  const Member& only = typed.members().front();
  const std::string_view kind = only.key();
  const std::string text = only.value.str();
  namespace t = script::types;
  if (kind == "$int") return Any::integer(parse_int(text).value_or(0));
  if (kind == "$int64") return Any::int64(parse_int(text).value_or(0));
  if (kind == "$uint8") return Any::typed(t::uint8, Value(parse_int(text).value_or(0)));
  if (kind == "$uint64") {
    return Any::typed(t::uint64, codec::parse_json(text).value());
  }
  if (kind == "$float64") return Any(std::strtod(text.c_str(), nullptr));
  if (kind == "$string_b64") return Any(codec::base64_decode(text).value());
  if (kind == "$bytes") return Any::typed(t::bytes, Value(codec::base64_decode(text).value()));
  if (kind == "$strings") {
    return typed_slice(only.value, t::string_slice, [](const Value& v) { return Any(v.str()); });
  }
  if (kind == "$ints") {
    return typed_slice(only.value, t::int_slice,
                       [](const Value& v) { return Any::integer(v.as_int()); });
  }
  if (kind == "$mapss") return Any::from(only.value).as_type(t::string_map);
  return std::nullopt;
}

bool deeper_or_later(const std::string& a, const std::string& b) {
  const auto slashes = [](const std::string& s) { return std::count(s.begin(), s.end(), '/'); };
  return slashes(a) != slashes(b) ? slashes(a) > slashes(b) : a > b;
}

}  // namespace

Any typed_any(const Value& typed) {
  if (typed.is_number()) return Any(typed.as_double());
  if (typed.is_array()) {
    std::vector<Any> items;
    for (const Value& item : typed.items()) items.push_back(typed_any(item));
    return Any::list(std::move(items));
  }
  if (!typed.is_object()) return Any::from(typed);
  if (auto found = special(typed)) return *found;
  auto map = script::make<Map>();
  for (const Member& member : typed.members()) map->set(member.key(), typed_any(member.value));
  return Any(map);
}

void TableHost::random(std::span<std::uint8_t> bytes) {
  for (std::uint8_t& byte : bytes) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<std::uint8_t>(state_ >> 56);
  }
}

std::optional<std::string> TableHost::time_zone(std::string_view name) {
  std::ifstream in("/usr/share/zoneinfo/" + std::string(name), std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

Rendered render_case(const std::string& text, const Value& values, const Value& files,
                     script::MissingKey missing_key) {
  std::map<std::string, std::string> texts{{kFile, text}};
  for (const Member& file : files.members()) {
    texts["t/templates/" + std::string(file.key())] = file.value.str();
  }
  std::vector<std::string> names;
  for (const auto& [name, body] : texts) names.push_back(name);
  std::sort(names.begin(), names.end(), deeper_or_later);
  script::TemplateSet set(script::helm_functions());
  for (const std::string& name : names) {
    if (auto parsed = set.parse(name, texts[name]); !parsed) {
      return {false, script::helm_parse_error(parsed.error(), name)};
    }
  }
  TableHost host;
  script::SessionOptions options;
  options.missing_key = missing_key;
  script::Session session(host, options);
  auto out = set.execute(kFile, data_for(values), session);
  if (!out) return {false, script::helm_execute_error(out.error(), kFile)};
  return {true, script::remove_no_value(std::move(*out))};
}

}  // namespace rumbo::conformance
