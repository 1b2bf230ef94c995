// RecordedHost: what templates may know of the world while an application is rendered: a clock that
// stands still, randomness out of a seed, and the kept results of random functions, so that an
// unchanged chart renders the same bytes again.
//
// Threads: one at a time.
#pragma once

#include <map>
#include <string>

#include "model/renderer.h"
#include "script/host.h"

namespace rumbo::render::helm {

class RecordedHost : public script::Host {
 public:
  /// `inputs` must outlive it.
  explicit RecordedHost(const RenderInputs& inputs) : inputs_(inputs) {}

  WallTime now() override { return inputs_.now; }
  void random(std::span<std::uint8_t> bytes) override;
  std::optional<Value> recall(const script::RandomCall& call) override;
  void remember(const script::RandomCall& call, const Value& result) override;

  /// All results that were used, by what asked for them.
  Value recorded() const;
  /// How many of them are new.
  int fresh() const { return fresh_; }

 private:
  std::string key_of(const script::RandomCall& call);

  const RenderInputs& inputs_;
  std::uint64_t block_ = 0;
  std::map<std::string, int> calls_;
  std::string last_key_;
  std::map<std::string, Value> used_;
  int fresh_ = 0;
};

}  // namespace rumbo::render::helm
