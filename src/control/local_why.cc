// The verb `why` for what is deployed.
#include "codec/diff.h"
#include "control/field_query.h"
#include "control/local_operations.h"
#include "control/record_view.h"

namespace rumbo::control {
Result<Value> LocalOperations::why(const WhyOptions& options) {
  const Scope scope = TRY(one_scope(options.application, options.environment));
  const engine::ScopeState state = core_.state(scope);
  if (!state.committed) {
    return fail(Error(Code::not_found, scope.to_string() + " is not deployed")
                    .with_hint("`rumbo why OBJECT.FIELD PATH` answers for files"));
  }
  const Placement* placement = core_.placement(scope);
  if (placement == nullptr) {
    return fail(Code::not_found, scope.to_string() +
                                     " is not configured any more: where its files "
                                     "are is not known");
  }
  const auto rendered = TRY(core_.desired().render(*placement, state.committed->revision,
                                                   {.configured = false, .trace = true}, Cancel()));
  const FieldQuery found = TRY(find_field(rendered.manifest.objects, options.field));
  const std::string pointer = found.pointer.to_string();
  std::vector<Value> layers;
  for (const Layer& layer : found.object->layers(pointer)) layers.push_back(layer_value(layer));
  const Value masked = codec::mask_secret(found.object->value);
  const Value* value = codec::resolve(masked, found.pointer);
  const bool same = rendered.manifest_digest == state.committed->manifest_digest;
  return Value::object(
      {{"application", scope.application},
       {"environment", scope.environment},
       {"revision", revision_value(state.committed->revision)},
       {"transaction", state.committed->txn.value},
       {"object", found.object->key.to_string()},
       {"field", pointer},
       {"value", value == nullptr ? Value() : *value},
       {"layers", Value::array(std::move(layers))},
       {"note", same ? ""
                     : "the configuration, or what is read from the target, has changed since: "
                       "this is how the deployed revision would be rendered now"}});
}

}  // namespace rumbo::control
