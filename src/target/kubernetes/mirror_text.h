// The text of a transaction's record on the cluster.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/value.h"
#include "model/target.h"

namespace rumbo::target::kubernetes {

inline constexpr std::string_view kMirrorLabel = "rumbo.dev/mirror";
inline constexpr std::string_view kMirrorType = "rumbo.dev/transaction";

/// Name of the Secret that keeps a scope's record:
/// "rumbo-txn-INSTALLATION.APPLICATION.ENVIRONMENT".
std::string mirror_name(const InstallationId& install, const Scope& scope);
/// The Secret of one scope. Keys and digests only: no content of objects.
Value mirror_object(const TxnMirror& mirror, const Scope& scope, const InstallationId& install,
                    const std::string& ns);
/// Reads one back; Code::corrupt if it is none.
Result<TxnMirror> mirror_from(const Value& secret);

}  // namespace rumbo::target::kubernetes
