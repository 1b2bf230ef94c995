#include "render/helm/files_object.h"

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/yaml.h"
#include "render/helm/glob.h"
#include "script/function.h"
#include "script/map.h"

namespace rumbo::render::helm {
namespace {

using script::Any;
using script::Call;
using script::Function;
using script::Map;
using script::Outcome;
using script::Type;

const Map& files_of(const Call& call) {
  static const Map none;
  const Map* map = call.receiver == nullptr ? nullptr : call.receiver->map();
  return map == nullptr ? none : *map;
}

std::string_view base_name(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  return path.substr(path.rfind('/') + 1);
}

Outcome<Any> get(Call& call) {
  const auto found = files_of(call).find(call[0].text());
  return found ? Any(found->text()) : Any("");
}

Outcome<Any> get_bytes(Call& call) {
  const auto found = files_of(call).find(call[0].text());
  return found ? *found : Any::typed(script::types::bytes, Value(""));
}

Outcome<Any> glob(Call& call) {
  auto pattern = Glob::parse(call[0].text());
  if (!pattern) pattern = Glob::parse("**");  // as Helm does with what it cannot read
  const Map& files = files_of(call);
  auto found = script::make<Map>();
  for (std::size_t i = 0; i < files.size(); ++i) {
    if (pattern->matches(files.key(i))) found->set(files.key(i), files.at(i));
  }
  return Any::object(*call.receiver->type(), found);
}

std::string as_yaml(const Map& files, bool secret) {
  std::vector<Member> members;
  for (std::size_t i = 0; i < files.size(); ++i) {
    const Any data = files.at(i);
    members.emplace_back(base_name(files.key(i)),
                         secret ? Value(codec::base64_encode(data.text())) : data.scalar());
  }
  auto text = codec::marshal_yaml(Value::object(std::move(members)));
  if (!text) return {};  // as Helm swallows the error
  if (text->ends_with('\n')) text->pop_back();
  return *std::move(text);
}

Outcome<Any> as_config(Call& call) {
  return Any(as_yaml(files_of(call), false));
}
Outcome<Any> as_secrets(Call& call) {
  return Any(as_yaml(files_of(call), true));
}

std::vector<std::string> lines_of(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::string> lines;
  for (const auto line : split(text, '\n')) lines.emplace_back(line);
  return lines;
}

Outcome<Any> lines(Call& call) {
  const auto found = files_of(call).find(call[0].text());
  if (!found) return Any::strings({});
  if (found->text().empty()) return script::failed("runtime error: index out of range [-1]");
  return Any::strings(lines_of(found->text()));
}

Outcome<Any> lines_helm3(Call& call) {
  const auto found = files_of(call).find(call[0].text());
  if (!found || found->text().empty()) return Any::strings({});
  return Any::strings(lines_of(found->text()));
}

const Function* common_method(std::string_view name) {
  static const Function kGet = Function::make("Get", "string", get);
  static const Function kGetBytes = Function::make("GetBytes", "string", get_bytes);
  static const Function kGlob = Function::make("Glob", "string", glob);
  static const Function kAsConfig = Function::make("AsConfig", "", as_config);
  static const Function kAsSecrets = Function::make("AsSecrets", "", as_secrets);
  for (const Function* one : {&kGet, &kGetBytes, &kGlob, &kAsConfig, &kAsSecrets}) {
    if (one->name == name) return one;
  }
  return nullptr;
}

const Function* method(std::string_view name) {
  static const Function kLines = Function::make("Lines", "string", lines);
  return name == "Lines" ? &kLines : common_method(name);
}

const Function* method_helm3(std::string_view name) {
  static const Function kLines = Function::make("Lines", "string", lines_helm3);
  return name == "Lines" ? &kLines : common_method(name);
}

const Type kFiles{script::Kind::map, "engine.files",         &script::types::bytes,
                  nullptr,           &script::types::string, &method};
const Type kFilesHelm3{script::Kind::map, "engine.files",         &script::types::bytes,
                       nullptr,           &script::types::string, &method_helm3};

}  // namespace

Any files_object(const std::vector<ChartFile>& files, Profile profile) {
  auto map = script::make<Map>();
  for (const ChartFile& file : files) {
    map->set(file.name, Any::typed(script::types::bytes, file.data));
  }
  return Any::object(profile == Profile::helm4 ? kFiles : kFilesHelm3, map);
}

}  // namespace rumbo::render::helm
