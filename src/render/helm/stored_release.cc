#include "render/helm/stored_release.h"

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "codec/yaml.h"

namespace rumbo::render::helm {
namespace {

constexpr std::size_t kMaxRelease = std::size_t{64} << 20;

tl::unexpected<Error> none(std::string why) {
  return fail(Error(Code::invalid, "this is no release of Helm: " + std::move(why))
                  .with_hint("get it with `kubectl get secret -l owner=helm,name=RELEASE,"
                             "status=deployed -o yaml`"));
}

/// The newest of a list as kubectl prints it, or the object itself.
Result<Value> newest_of(const Value& object) {
  if (object["kind"].as_string() != "List") return object;
  const Value* best = nullptr;
  std::int64_t newest = -1;
  for (const Value& item : object["items"].items()) {
    const auto number = parse_int(item["metadata"]["labels"]["version"].as_string());
    if (number.value_or(0) <= newest) continue;
    newest = number.value_or(0);
    best = &item;
  }
  if (best == nullptr) return none("the list is empty");
  return *best;
}

Result<Value> decoded(const Value& object) {
  const Value& data = object["data"]["release"];
  if (!data.is_string()) return none("it has no data.release");
  std::string text = data.str();
  if (object["kind"].as_string() == "Secret") {
    auto once = codec::base64_decode(text);
    if (!once) return none("data.release is no base64");
    text = *std::move(once);
  }
  auto packed = codec::base64_decode(trim(text));
  if (!packed) return none("data.release is no base64");
  // Helm 2 and very small releases are not packed.
  std::string json = *std::move(packed);
  if (json.starts_with("\x1f\x8b")) json = TRY(codec::gunzip(json, kMaxRelease));
  return codec::parse_json(json);
}

}  // namespace

Result<StoredRelease> read_stored_release(const Value& object) {
  const Value chosen = TRY(newest_of(object));
  const Value stored = TRY(decoded(chosen));
  StoredRelease out;
  out.name = stored["name"].str();
  out.ns = stored["namespace"].str(chosen["metadata"]["namespace"].str("default"));
  out.revision = stored["version"].as_int();
  out.status = stored["info"]["status"].str();
  const Value& metadata = stored["chart"]["metadata"];
  out.chart = metadata["name"].str();
  out.chart_version = metadata["version"].str();
  out.app_version = metadata["appVersion"].str();
  out.values = stored["config"];
  out.manifest = stored["manifest"].str();
  if (out.name.empty() || out.chart.empty()) return none("it names no release and no chart");
  return out;
}

std::string application_of(const StoredRelease& release, const std::string& repo,
                           const std::string& environment) {
  Value helm = Value::object({{"releaseName", release.name}});
  if (release.values.is_object() && !release.values.empty()) {
    helm = helm.with("values", release.values);
  }
  const Value source = Value::object(
      {{"helm", Value::object({{"repo", repo.empty() ? "https://FILL.IN/charts" : repo},
                               {"chart", release.chart},
                               {"version", release.chart_version}})}});
  const Value application = Value::object(
      {{"apiVersion", "rumbo.dev/v1alpha1"},
       {"kind", "Application"},
       {"metadata", Value::object({{"name", release.name}})},
       {"spec", Value::object({{"source", source},
                               {"helm", helm},
                               {"sync", Value::object({{"adopt", true}, {"automated", false}})},
                               {"environments", Value::array({environment})}})}});
  return codec::emit_yaml(application);
}

}  // namespace rumbo::render::helm
