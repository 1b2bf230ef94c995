// RecordedHost: what templates may know of the world while an application is rendered: a clock that
// stands still, randomness out of a seed, and the kept results of random functions, so that an
// unchanged chart renders the same bytes again.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/renderer.h"
#include "script/host.h"

namespace rumbo::render::helm {

struct RecordedHostOptions {
  bool renew = false;  ///< certificates past two thirds of their life are made anew
  /// With it, templates may look up objects of this namespace.
  std::optional<std::string> lookup_namespace = {};
};

class RecordedHost : public script::Host {
 public:
  /// `inputs` must outlive it.
  explicit RecordedHost(const RenderInputs& inputs, RecordedHostOptions options = {})
      : inputs_(inputs), options_(std::move(options)) {}

  WallTime now() override { return inputs_.now; }
  std::string stopped() override { return inputs_.stopped ? inputs_.stopped() : std::string(); }
  void random(std::span<std::uint8_t> bytes) override;
  std::optional<Value> recall(const script::RandomCall& call) override;
  void remember(const script::RandomCall& call, const Value& result) override;
  /// An object of RenderInputs::live, or without a name the list of all of its kind; one that is
  /// not known there is noted in wanted().
  Value lookup(std::string_view api_version, std::string_view kind, std::string_view space,
               std::string_view name) override;

  /// All results that were used, by what asked for them.
  Value recorded() const;
  /// Objects that were looked up and are not among the inputs.
  std::vector<ObjectKey> wanted() const { return {wanted_.begin(), wanted_.end()}; }
  /// "the certificate of `db` that the chart made is past two thirds of its life, …".
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  std::string key_of(const script::RandomCall& call);
  bool aged(const Value& kept);
  void warn(std::string warning);

  const RenderInputs& inputs_;
  const RecordedHostOptions options_;
  std::uint64_t block_ = 0;
  std::map<std::string, int> calls_;
  std::string last_key_;
  std::map<std::string, Value> used_;
  std::set<ObjectKey> wanted_;
  std::vector<std::string> warnings_;
};

}  // namespace rumbo::render::helm
