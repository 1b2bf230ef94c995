#include "render/helm/recorded_host.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/json.h"
#include "crypto/digest.h"
#include "crypto/hmac.h"

namespace rumbo::render::helm {

void RecordedHost::random(std::span<std::uint8_t> bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto block =
        crypto::hmac_sha256_raw(as_bytes(inputs_.seed), "random " + std::to_string(block_++));
    const std::size_t size = std::min(block.size(), bytes.size() - at);
    std::copy_n(block.begin(), size, bytes.begin() + static_cast<std::ptrdiff_t>(at));
    at += size;
  }
}

/// The file, the function, its arguments, and the how manieth such call this is. Lines do not
/// count, so that an edit elsewhere in the file rotates no password. Arguments may be secret: a
/// digest stands for them.
std::string RecordedHost::key_of(const script::RandomCall& call) {
  const std::string what = call.file + " " + call.function + " " +
                           crypto::sha256(codec::to_json(call.arguments)).substr(7, 16);
  return what + " " + std::to_string(calls_[what]++);
}

std::optional<Value> RecordedHost::recall(const script::RandomCall& call) {
  last_key_ = key_of(call);
  const Value* kept = inputs_.recorded.find(last_key_);
  if (kept == nullptr) return std::nullopt;
  used_[last_key_] = *kept;
  return *kept;
}

void RecordedHost::remember(const script::RandomCall&, const Value& result) {
  used_[last_key_] = result;
  ++fresh_;
}

Value RecordedHost::recorded() const {
  std::vector<Member> members;
  for (const auto& [key, value] : used_) members.emplace_back(key, value);
  return Value::object(std::move(members));
}

}  // namespace rumbo::render::helm
