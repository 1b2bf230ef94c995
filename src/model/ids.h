// Names and identifiers: plain strings in types of their own, so that one is not taken for another.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace rumbo {

/// A string that only mixes with its own kind.
template <class Tag>
struct Id {
  std::string value;
  bool empty() const { return value.empty(); }
  friend auto operator<=>(const Id&, const Id&) = default;
};

using TargetId = Id<struct TargetTag>;  ///< "podman" or a cluster's configured name
using TxnId = Id<struct TxnTag>;        ///< "t-000042": counts up, never reused
using InstallationId =
    Id<struct InstallationTag>;  ///< 12 hex digits, made once per state directory

/// Position of a record in the journal; the first is 1, 0 means "none".
using Seq = std::uint64_t;

/// "sha256:<hex>" or "hmac-sha256:<hex>" (of Secrets and generated values); empty means "none".
using Digest = std::string;

/// A stored blob, named by the digest of its plain bytes (by HMAC for secret ones).
struct BlobRef {
  Digest digest;
  friend auto operator<=>(const BlobRef&, const BlobRef&) = default;
};

/// The lock unit: one application in one environment, printed "shop@dev". Ordered: locks are taken
/// in sorted order.
struct Scope {
  std::string application;
  std::string environment;
  TargetId target;
  std::string to_string() const { return application + "@" + environment; }
  friend auto operator<=>(const Scope&, const Scope&) = default;
};

/// Stamped into every write to a target. A target refuses, or leaves without lasting effect, what
/// carries an epoch older than the newest fence() it has seen.
struct Fence {
  InstallationId install;
  TxnId txn;
  std::uint64_t epoch = 0;
  std::uint32_t attempt = 1;
  friend bool operator==(const Fence&, const Fence&) = default;
};

/// Who asked: "user:anna", "automation", "recovery", "agent".
struct Actor {
  std::string name;
  friend bool operator==(const Actor&, const Actor&) = default;
};

}  // namespace rumbo
