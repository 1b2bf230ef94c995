#include "script/function.h"

#include "base/strings.h"

namespace rumbo::script {
namespace {

const Type* named(std::string_view word, std::span<const Type* const>& more) {
  if (word == "any") return &types::any;
  if (word == "string") return &types::string;
  if (word == "int") return &types::integer;
  if (word == "int64") return &types::int64;
  if (word == "float64") return &types::float64;
  if (word == "bool") return &types::boolean;
  if (word == "map") return &types::any_map;
  if (word == "list") return &types::any_slice;
  if (word == "strings") return &types::string_slice;
  if (word == "value") return &types::reflected;
  if (word == "bytes") return &types::bytes;
  const Type* next = more.front();
  more = more.subspan(1);
  return next;
}

}  // namespace

Function Function::make(std::string name, std::string_view signature, Body body,
                        std::span<const Type* const> more) {
  Function out;
  out.name = std::move(name);
  out.body = std::move(body);
  if (signature.empty()) return out;
  for (std::string_view part : split(signature, ',')) {
    part = trim(part);
    if (part.starts_with("...")) {
      out.variadic = true;
      part.remove_prefix(3);
    }
    out.parameters.push_back(named(part, more));
  }
  return out;
}

void FunctionTable::add(Function function) {
  std::string name = function.name;
  functions_.insert_or_assign(std::move(name), std::move(function));
}

void FunctionTable::remove(std::string_view name) {
  const auto at = functions_.find(name);
  if (at != functions_.end()) functions_.erase(at);
}

const Function* FunctionTable::find(std::string_view name) const {
  const auto at = functions_.find(name);
  return at == functions_.end() ? nullptr : &at->second;
}

std::vector<std::string_view> FunctionTable::names() const {
  std::vector<std::string_view> out;
  for (const auto& [name, function] : functions_) out.push_back(name);
  return out;
}

}  // namespace rumbo::script
