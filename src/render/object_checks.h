// Checks that every object must pass before anything else looks at it.
//
// Threads: any.
#pragma once

#include <string_view>

#include "base/result.h"
#include "model/object.h"

namespace rumbo::render {

/// apiVersion, kind, metadata.name, metadata.namespace, labels and annotations are there and well
/// formed. Errors carry the field's place and a hint.
Result<> check_object(const Object& object);

/// RFC 1123 subdomain: labels joined by dots, at most 253 characters.
bool is_dns_subdomain(std::string_view text);

}  // namespace rumbo::render
