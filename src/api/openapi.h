// OpenApi: the description of the API, made from the route table.
//
// Threads: any.
#pragma once

#include <string_view>

#include "base/value.h"

namespace rumbo::api {

/// An OpenAPI 3.0 document.
Value openapi(std::string_view version);

}  // namespace rumbo::api
