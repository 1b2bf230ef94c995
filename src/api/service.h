// Service: the API as a Handler for the Server: operations under /api/v1, and the endpoints that
// watchers of the daemon expect.
//
// Threads: any.
#pragma once

#include <functional>
#include <string>

#include "api/message.h"
#include "api/metrics.h"
#include "base/result.h"
#include "control/operations.h"

namespace rumbo::api {

struct ServiceParts {
  control::Operations& operations;
  Metrics& metrics;
  std::string version;              ///< of Rumbo, for the OpenAPI document
  std::function<Result<>()> ready;  ///< for /readyz; empty: always
};

/// The parts outlive the handler.
Handler make_handler(ServiceParts parts);

}  // namespace rumbo::api
