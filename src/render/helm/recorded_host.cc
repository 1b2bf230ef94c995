#include "render/helm/recorded_host.h"

#include <algorithm>

#include "base/strings.h"
#include "codec/json.h"
#include "crypto/certificate.h"
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
  if (kept == nullptr || aged(*kept)) return std::nullopt;
  used_[last_key_] = *kept;
  return *kept;
}

void RecordedHost::remember(const script::RandomCall&, const Value& result) {
  used_[last_key_] = result;
}

void RecordedHost::warn(std::string warning) {
  if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
    warnings_.push_back(std::move(warning));
  }
}

/// A certificate past two thirds of its life: true if it is to be made anew, else a warning.
bool RecordedHost::aged(const Value& kept) {
  if (!kept["Cert"].is_string()) return false;
  const auto life = crypto::certificate_life(kept["Cert"].as_string());
  if (!life || life->not_after <= life->not_before) return false;
  const std::int64_t now =
      std::chrono::duration_cast<std::chrono::seconds>(inputs_.now.since_epoch).count();
  const std::int64_t third = (life->not_after - life->not_before) / 3;
  if (now < life->not_after - third) return false;
  if (options_.renew) return true;
  const std::int64_t days = (life->not_after - now) / 86'400;
  warn("the certificate of `" + printable(life->subject, 80) + "` that the chart made " +
       (days < 0 ? "has expired" : "ends in " + std::to_string(days) + " days") +
       "; make it anew with `rumbo sync --fresh-secrets`, or set helm.freshSecrets: renew");
  return false;
}

Value RecordedHost::lookup(std::string_view api_version, std::string_view kind,
                           std::string_view space, std::string_view name) {
  if (!options_.lookup_namespace) return Value::object();
  if (space != *options_.lookup_namespace) {
    warn("lookup of " + std::string(kind) + " `" + printable(space, 64) + "/" +
         printable(name, 64) + "` finds nothing: templates may look at objects of namespace `" +
         *options_.lookup_namespace + "` only");
    return Value::object();
  }
  const std::size_t slash = api_version.find('/');
  const ObjectKey key{
      slash == std::string_view::npos ? "" : std::string(api_version.substr(0, slash)),
      std::string(kind), std::string(space), std::string(name)};
  const auto found = inputs_.live.find(key);
  if (found == inputs_.live.end()) wanted_.insert(key);
  if (found == inputs_.live.end() || found->second.is_null()) return Value::object();
  if (!name.empty()) return found->second;
  return found->second.with("apiVersion", api_version);
}

Value RecordedHost::recorded() const {
  std::vector<Member> members;
  for (const auto& [key, value] : used_) members.emplace_back(key, value);
  return Value::object(std::move(members));
}

}  // namespace rumbo::render::helm
