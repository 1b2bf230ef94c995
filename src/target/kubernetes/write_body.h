// The bodies of applies.
//
// Threads: pure functions.
#pragma once

#include "base/value.h"
#include "target/kubernetes/api_client.h"

namespace rumbo::target::kubernetes {

/// A Secret with its stringData in data, as the server stores it. Whoever applies stringData owns
/// that and not the data it becomes: drift of it would never be seen, and it would never be removed
/// (kubernetes issue 108008). What is no text is left for the server to refuse.
Value with_stored_texts(const Value& object);

/// With the `protocol` of ports that the server needs to tell them apart.
Value with_default_keys(const Value& object);
/// What is declared, as an apply may send it: without status and server-side metadata, without a
/// namespace for cluster-scoped kinds, with default keys.
Value apply_body(const Value& want, const Resource& resource);
/// The same under the precondition that this uid and resourceVersion are live.
Value with_precondition(const Value& body, const std::string& uid, const std::string& version);
/// The same under the precondition that nothing is there: an API server ignores resourceVersion
/// where there is no object yet, and no object ever has this one.
Value if_absent(const Value& body);

}  // namespace rumbo::target::kubernetes
