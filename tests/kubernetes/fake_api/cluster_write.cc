// Writes: create, update, patch and apply, each with ownership first and webhooks after it.
#include <algorithm>

#include "base/strings.h"
#include "cluster.h"
#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::fake_api {
namespace {

std::string where(const Kind& kind, const Value& object) {
  return object["metadata"]["namespace"].str() + "/" + object["metadata"]["name"].str() + "; " +
         kind.api_version() + ", Kind=" + kind.kind;
}

/// Names the object as its path does; a name that differs is an error.
std::optional<Problem> settle_identity(const Kind& kind, const Call& call, Value& object) {
  Value metadata = object["metadata"].is_object() ? object["metadata"] : Value::object();
  const std::string name = metadata["name"].str();
  if (!call.name.empty() && !name.empty() && name != call.name) {
    return bad_request("the name of the object (" + name +
                       ") does not match the name on the URL (" + call.name + ")");
  }
  const std::string ns = metadata["namespace"].str();
  if (kind.namespaced && !ns.empty() && ns != call.ns) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on "
        "the request");
  }
  if (!call.name.empty()) metadata = metadata.with("name", call.name);
  if (kind.namespaced) metadata = metadata.with("namespace", call.ns);
  if (!kind.namespaced) metadata = metadata.without("namespace");
  object = object.with("metadata", metadata);
  const std::string version = object["apiVersion"].str(kind.api_version());
  if (version != kind.api_version() || object["kind"].str(kind.kind) != kind.kind) {
    return bad_request("the API version in the data (" + version + ", Kind=" +
                       object["kind"].str() + ") does not match the expected API version (" +
                       kind.api_version() + ", Kind=" + kind.kind + ")");
  }
  object = object.with("apiVersion", kind.api_version()).with("kind", kind.kind);
  return std::nullopt;
}

/// Decoding into a struct drops empty lists and maps.
Value without_blanks(const Value& object, const Type& type) {
  if (type.kind == Type::Kind::map && object.is_object()) {
    std::vector<Member> members;
    for (const Member& member : object.members()) {
      const Type* field = type.field(member.key());
      if (field == nullptr) {
        members.push_back(member);
        continue;
      }
      const bool is_list = field->kind == Type::Kind::list;
      const bool is_map = field->kind == Type::Kind::map && field->fields.empty();
      if ((is_list || is_map) && member.value.empty() && member.key() != "rules") continue;
      members.emplace_back(member.key(), without_blanks(member.value, *field));
    }
    return Value::object(std::move(members));
  }
  if (type.kind == Type::Kind::list && object.is_array()) {
    std::vector<Value> items;
    for (const Value& item : object.items()) items.push_back(without_blanks(item, *type.element));
    return Value::array(std::move(items));
  }
  return object;
}

Value decoded(const Kind& kind, const Value& object) {
  Value value = without_nulls(object, *kind.type);
  if (!kind.custom) value = without_blanks(value, *kind.type);
  return with_defaults(kind, value);
}

}  // namespace

Outcome<Value> Cluster::body_of(const Kind& kind, const Call& call, bool typed) const {
  constexpr std::size_t kMaxBody = 3 << 20;
  if (call.body.size() > kMaxBody) {
    return problem(
        {413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728", {}});
  }
  auto object = codec::parse_json(call.body);
  if (!object && call.content_type.find("yaml") != std::string::npos) {
    object = codec::parse_yaml_value(call.body);
  }
  if (!object) {
    return problem(
        bad_request("couldn't get version/kind; json parse error: " + object.error().message()));
  }
  if (!typed || call.subresource == "scale") return *object;
  std::vector<std::string> unknown;
  const Value known = pruned(*object, *kind.type, "", unknown);
  if (!unknown.empty() && call.option("fieldValidation") == "Strict") {
    for (std::string& field : unknown) field = "unknown field \"" + field + "\"";
    return problem(bad_request(kind.kind + " in version \"" + kind.version +
                               "\" cannot be handled as a " + kind.kind +
                               ": strict decoding error: " + join(unknown, ", ")));
  }
  const std::string wrong = misfit(known, *kind.type, true);
  if (!wrong.empty() && !kind.custom) {
    return problem(bad_request(kind.kind + " in version \"" + kind.version +
                               "\" cannot be handled as a " + kind.kind +
                               ": json: cannot unmarshal: " + wrong));
  }
  return known;
}

Writer Cluster::writer(const Kind& kind, const Call& call, bool applies) const {
  Writer writer;
  writer.self = {.manager = call.manager(),
                 .applies = applies,
                 .api_version = kind.api_version(),
                 .subresource = call.subresource,
                 .time = now(),
                 .fields = {}};
  writer.type = kind.type;
  writer.force = call.option("force") == "true";
  if (kind.has_status) {
    const bool status = call.subresource == "status";
    writer.owned = [status](FieldSet fields) {
      FieldSet out;
      for (const auto& [element, child] : fields.children()) {
        if ((element == "f:status") == status || (status && element == "f:metadata")) {
          out.at(element) = child;
        }
      }
      return out;
    };
  }
  writer.served = [this, group = kind.group, plural = kind.plural](const std::string& version) {
    const std::size_t slash = version.find('/');
    const std::string name = slash == std::string::npos ? version : version.substr(slash + 1);
    return find_kind(group, name, plural) != nullptr;
  };
  return writer;
}

Managers Cluster::start_managers(const Value& live, const Value& next) const {
  const Value* given = next["metadata"].find("managedFields");
  if (given != nullptr && given->is_array() &&
      (given->empty() || (given->size() == 1 && (*given)[0] == Value::object()))) {
    return {};  // asked to forget them
  }
  auto managers = managers_of(next);
  if (!managers || managers->empty()) managers = managers_of(live);
  return managers.value_or(Managers());
}

Outcome<Written> Cluster::create(const Kind& kind, const Call& call, Value object) {
  if (!call.subresource.empty()) {
    return problem({404, "NotFound", "the server could not find the requested resource", {}});
  }
  if (auto wrong = settle_identity(kind, call, object)) return problem(*wrong);
  const Value& metadata = object["metadata"];
  if (!metadata["resourceVersion"].str().empty()) {
    return problem(bad_request("resourceVersion should not be set on objects to be created"));
  }
  if (metadata["name"].str().empty()) {
    const std::string prefix = metadata["generateName"].str();
    if (prefix.empty()) {
      return problem(invalid(kind, "", "metadata.name",
                             "Required value: name or generateName is "
                             "required",
                             "FieldValueRequired"));
    }
    object = object.with_path({"metadata", "name"}, prefix + "x" + std::to_string(uids_ + 1));
  }
  object = decoded(kind, object);
  const Value bare = with_managers(object, {});
  object =
      with_managers(bare, update_fields(zero_object(kind), bare, {}, writer(kind, call, false)));
  return finish_create(kind, call, object);
}

Outcome<Written> Cluster::update(const Kind& kind, const Call& call, Value object) {
  if (call.subresource == "scale") return scale(kind, call);
  if (auto wrong = settle_identity(kind, call, object)) return problem(*wrong);
  const Value live = versioned(kind, store_.find(kind.storage(), {call.ns, call.name}));
  if (live.is_null()) {
    // Kinds that a PUT may create are first held against the precondition.
    const std::string uid = object["metadata"]["uid"].str();
    const bool may_create = kind.group == "rbac.authorization.k8s.io" || kind.kind == "Service" ||
                            kind.kind == "Endpoints" || kind.kind == "Lease";
    return problem(may_create && !uid.empty() ? uid_precondition(kind, call.name, uid, "")
                                              : not_found(kind, call.name));
  }
  if (kind.custom && object["metadata"]["resourceVersion"].str().empty()) {
    return problem(invalid(kind, call.name, "metadata.resourceVersion",
                           "Invalid value: 0: must be specified for an update"));
  }
  object = decoded(kind, object);
  Managers managers = start_managers(live, object);
  const Value bare = with_managers(object, {});
  if (!managers.empty()) {
    managers = update_fields(with_managers(live, {}), bare, std::move(managers),
                             writer(kind, call, false));
  }
  return finish_update(kind, call, live, with_managers(bare, std::move(managers)));
}

Outcome<Written> Cluster::patch(const Kind& kind, const Call& call) {
  auto body = body_of(kind, call, false);
  if (!body) return problem(body.error());
  if (call.content_type.starts_with("application/apply-patch+yaml")) {
    return apply(kind, call, *body);
  }
  if (call.subresource == "scale") return scale(kind, call);
  const Value live = versioned(kind, store_.find(kind.storage(), {call.ns, call.name}));
  if (live.is_null()) return problem(not_found(kind, call.name));
  Value next;
  if (call.content_type.starts_with("application/json-patch+json")) {
    auto patched = json_patched(live, *body);
    if (!patched) return problem(patched.error());
    next = *patched;
  } else if (call.content_type.starts_with("application/merge-patch+json")) {
    next = merge_patched(live, *body);
  } else if (call.content_type.starts_with("application/strategic-merge-patch+json") &&
             !kind.custom) {
    next = merge_patched(live, *body);  // lists are replaced: enough for tests
  } else {
    return problem({415,
                    "UnsupportedMediaType",
                    "the body of the request was in an unknown format - accepted media types "
                    "include: application/json-patch+json, application/merge-patch+json, "
                    "application/apply-patch+yaml",
                    {}});
  }
  Call typed = call;
  typed.body = codec::to_json(next);
  auto object = body_of(kind, typed, true);
  if (!object) return problem(object.error());
  return update(kind, call, *object);
}

Outcome<Written> Cluster::apply(const Kind& kind, const Call& call, Value applied) {
  if (call.option("fieldManager").empty()) {
    return problem({422,
                    "Invalid",
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required "
                    "value: is required for apply patch",
                    {}});
  }
  if (applied["apiVersion"].str() != kind.api_version()) {
    return problem(
        bad_request("Incorrect version specified in apply patch. Specified patch version: " +
                    applied["apiVersion"].str() + ", expected: " + kind.api_version()));
  }
  if (applied["metadata"].contains("managedFields")) {
    return problem(bad_request("metadata.managedFields must be nil"));
  }
  if (auto wrong = settle_identity(kind, call, applied)) return problem(*wrong);
  const Value live = versioned(kind, store_.find(kind.storage(), {call.ns, call.name}));
  const std::string uid = applied["metadata"]["uid"].str();
  if (live.is_null() && call.subresource == "status") return problem(not_found(kind, call.name));
  const std::string wrong = misfit(applied, *kind.type, false);
  if (!wrong.empty()) {
    return problem(plain_error("failed to create typed patch object (" + where(kind, applied) +
                               "): " + wrong));
  }
  if (live.is_null() && !uid.empty()) {
    return problem(conflict(kind, call.name,
                            "uid mismatch: the provided object specified uid " + uid +
                                ", and no existing object was found"));
  }
  Writer self = writer(kind, call, true);
  Managers managers;
  if (!live.is_null()) {
    managers = managers_of(live).value_or(Managers());
    if (managers.empty()) {
      Writer first = self;
      first.self.manager = "before-first-apply";
      first.self.applies = false;
      first.self.subresource.clear();
      managers = update_fields(zero_object(kind), with_managers(live, {}), {}, first);
    }
  }
  const Value base = live.is_null() ? Value::object() : with_managers(live, {});
  auto outcome = apply_fields(base, applied, std::move(managers), self);
  if (!outcome) {
    return problem({409, "Conflict", conflict_message(outcome.error()),
                    Value::object({{"causes", conflict_causes(outcome.error())}})});
  }
  Value next = decoded(kind, outcome->first);
  next = with_managers(next, std::move(outcome->second));
  return live.is_null() ? finish_create(kind, call, next) : finish_update(kind, call, live, next);
}

Outcome<Written> Cluster::scale(const Kind& kind, const Call& call) {
  const Value live = versioned(kind, store_.find(kind.storage(), {call.ns, call.name}));
  if (live.is_null()) return problem(not_found(kind, call.name));
  const auto body = codec::parse_json(call.body);
  if (!body || !(*body)["spec"]["replicas"].is_integer()) {
    return problem(bad_request("Scale: want spec.replicas"));
  }
  const std::string version = (*body)["metadata"]["resourceVersion"].str();
  if (!version.empty() && version != live["metadata"]["resourceVersion"].as_string()) {
    return problem(modified(kind, call.name));
  }
  const Value bare = with_managers(live, {});
  const Value next = bare.with_path({"spec", "replicas"}, (*body)["spec"]["replicas"]);
  Managers managers = managers_of(live).value_or(Managers());
  if (!managers.empty()) {
    managers = update_fields(bare, next, std::move(managers), writer(kind, call, false));
  }
  Call whole = call;
  whole.subresource.clear();
  auto written = finish_update(kind, whole, live, with_managers(next, std::move(managers)));
  if (!written) return written;
  auto shown = read_subresource(kind, call, written->object);
  if (!shown) return problem(shown.error());
  return Written{*shown, false};
}

Outcome<Value> Cluster::set_status(const Kind& kind, const Name& name, const Value& status,
                                   const std::string& manager) {
  const Value live = store_.find(kind.storage(), name);
  if (live.is_null()) return problem(not_found(kind, name.second));
  Call call;
  call.ns = name.first;
  call.name = name.second;
  call.subresource = "status";
  call.query["fieldManager"] = manager;
  auto written = update(kind, call, versioned(kind, live).with("status", status));
  if (!written) return problem(written.error());
  return written->object;
}

Outcome<Value> Cluster::make(const Kind& kind, const Value& object, const std::string& manager) {
  Call call;
  call.ns = kind.namespaced ? object["metadata"]["namespace"].str() : "";
  call.query["fieldManager"] = manager;
  auto written = create(kind, call, object);
  if (!written) return problem(written.error());
  return written->object;
}

}  // namespace rumbo::fake_api
