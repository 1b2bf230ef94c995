// The argument of `rumbo why`: an object and one of its fields, as people write them:
// "Deployment/web.spec.template.spec.containers[0].image".
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "codec/pointer.h"
#include "model/object.h"

namespace rumbo::control {

struct FieldQuery {
  const Object* object = nullptr;
  codec::Pointer pointer;
  const Value* value = nullptr;  ///< of the field, in the object
};

/// {what, file, line, column}; what is not known is left out.
Value layer_value(const Layer& layer);

/// Finds it among the objects. Objects are KIND/NAME, NAMESPACE/KIND/NAME or NAME alone where that
/// is clear, the kind in any case; fields are separated by dots, elements are [0] or [name=web].
/// Keys with dots need no quotes. Code::not_found says what is there instead.
Result<FieldQuery> find_field(const std::vector<Object>& objects, std::string_view query);

}  // namespace rumbo::control
