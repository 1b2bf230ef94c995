#include "request.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/pointer.h"

namespace rumbo::fake_api {
namespace {

std::string unescaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      if (const auto byte = from_hex(text.substr(i + 1, 2))) {
        out += static_cast<char>(byte->front());
        i += 2;
        continue;
      }
    }
    out += text[i] == '+' ? ' ' : text[i];
  }
  return out;
}

std::string header(const target::kubernetes::ApiRequest& request, std::string_view name) {
  for (const auto& [key, value] : request.headers) {
    if (to_lower(key) == name) return value;
  }
  return {};
}

void read_resource(Call& call, std::vector<std::string> parts) {
  std::size_t at = 0;
  if (parts.size() >= 3 && parts[0] == "api") {
    call.version = parts[1];
    at = 2;
  } else if (parts.size() >= 4 && parts[0] == "apis") {
    call.group = parts[1];
    call.version = parts[2];
    at = 3;
  } else {
    return;
  }
  call.is_resource = true;
  const bool of_namespace = parts[at] == "namespaces" && parts.size() > at + 2 &&
                            parts[at + 2] != "status" && parts[at + 2] != "finalize";
  if (of_namespace) {
    call.ns = parts[at + 1];
    at += 2;
  }
  call.plural = parts[at];
  if (parts.size() > at + 1) call.name = parts[at + 1];
  if (parts.size() > at + 2) call.subresource = parts[at + 2];
}

std::string verb_of(const std::string& method, const Call& call) {
  const std::string watch = call.option("watch");
  if (method == "GET" && (watch == "1" || watch == "true")) return "watch";
  if (method == "GET") return call.name.empty() ? "list" : "get";
  if (method == "POST") return "create";
  if (method == "PUT") return "update";
  if (method == "PATCH") return "patch";
  return call.name.empty() ? "deletecollection" : "delete";
}

}  // namespace

std::string Call::manager() const {
  const std::string given = option("fieldManager");
  if (!given.empty()) return given;
  const std::string prefix = agent.substr(0, agent.find('/'));
  return prefix.empty() ? "unknown" : prefix;
}

bool Call::wants_metadata_only() const {
  return accept.find("as=PartialObjectMetadata") != std::string::npos;
}

Call read_call(const target::kubernetes::ApiRequest& request) {
  Call call;
  const std::size_t question = request.path.find('?');
  call.path = request.path.substr(0, question);
  if (question != std::string::npos) {
    for (const std::string_view pair :
         split(std::string_view(request.path).substr(question + 1), '&')) {
      const std::size_t equals = pair.find('=');
      call.query[unescaped(pair.substr(0, equals))] =
          equals == std::string_view::npos ? "" : unescaped(pair.substr(equals + 1));
    }
  }
  call.accept = request.accept;
  call.content_type = request.content_type;
  call.body = request.body;
  call.agent = header(request, "user-agent");
  call.if_none_match = header(request, "if-none-match");
  std::vector<std::string> parts;
  for (const std::string_view part : split(call.path, '/')) {
    if (!part.empty()) parts.push_back(unescaped(part));
  }
  if (!parts.empty()) read_resource(call, std::move(parts));
  call.verb = verb_of(request.method, call);
  return call;
}

Outcome<Value> json_patched(const Value& object, const Value& operations) {
  constexpr std::size_t kMaxOperations = 10000;
  const auto rejected = [] {
    return problem(
        {422, "Invalid", "the server rejected our request due to an error in our request", {}});
  };
  if (!operations.is_array()) return problem(bad_request("error decoding patch: want an array"));
  if (operations.size() > kMaxOperations) {
    return problem({413,
                    "RequestEntityTooLarge",
                    "The allowed maximum operations in a JSON patch is "
                    "10000",
                    {}});
  }
  Value result = object;
  for (const Value& operation : operations.items()) {
    const std::string op = operation["op"].str();
    const auto path = codec::Pointer::parse(operation["path"].str());
    if (!path) return rejected();
    Value value = operation["value"];
    if (op == "move" || op == "copy") {
      const auto from = codec::Pointer::parse(operation["from"].str());
      const Value* source = from ? codec::resolve(result, *from) : nullptr;
      if (source == nullptr) return rejected();
      value = *source;
      if (op == "move") {
        auto rest = codec::without(result, *from);
        if (!rest) return rejected();
        result = *rest;
      }
    }
    if (op == "test") {
      const Value* found = codec::resolve(result, *path);
      if ((found == nullptr ? Value() : *found) != value) return rejected();
      continue;
    }
    if (op == "remove" || op == "replace") {
      if (codec::resolve(result, *path) == nullptr) return rejected();
    }
    if (op == "remove") {
      result = *codec::without(result, *path);
      continue;
    }
    const auto parts = path->parts();
    const Value* parent = codec::resolve(result, path->parent());
    if (parent != nullptr && parent->is_array() && op != "replace") {
      const auto index =
          parts.back() == "-" ? std::optional(parent->size()) : codec::pointer_index(parts.back());
      if (!index || *index > parent->size()) return rejected();
      std::vector<Value> items(parent->items().begin(), parent->items().end());
      items.insert(items.begin() + static_cast<std::ptrdiff_t>(*index), value);
      value = Value::array(std::move(items));
      auto changed = path->parent().is_root() ? Result<Value>(value)
                                              : codec::with(result, path->parent(), value);
      if (!changed) return rejected();
      result = *changed;
      continue;
    }
    auto changed = path->is_root() ? Result<Value>(value) : codec::with(result, *path, value);
    if (!changed) return rejected();
    result = *changed;
  }
  return result;
}

Value merge_patched(const Value& object, const Value& patch) {
  if (!patch.is_object()) return patch;
  Value result = object.is_object() ? object : Value::object();
  for (const Member& member : patch.members()) {
    if (member.value.is_null()) {
      result = result.without(member.key());
    } else {
      result = result.with(member.key(), merge_patched(result[member.key()], member.value));
    }
  }
  return result;
}

}  // namespace rumbo::fake_api
