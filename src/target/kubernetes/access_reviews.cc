#include "target/kubernetes/access_reviews.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kBelieved = 5min;

const Resource& review_resource() {
  static const Resource kReview{"authorization.k8s.io",
                                "v1",
                                "SelfSubjectAccessReview",
                                "selfsubjectaccessreviews",
                                false,
                                {"create"},
                                {}};
  return kReview;
}

}  // namespace

/// Verb, group, resource (plural), namespace.
Result<bool> AccessReviews::allowed(const Question& question, const Cancel& cancel) {
  const MonoTime now = clock_.mono();
  const auto known = known_.with([&](const auto& all) -> std::optional<bool> {
    const auto it = all.find(question);
    if (it == all.end() || it->second.until <= now) return std::nullopt;
    return it->second.allowed;
  });
  if (known) return *known;
  const auto& [verb, group, plural, ns] = question;
  const Value review = Value::object(
      {{"apiVersion", "authorization.k8s.io/v1"},
       {"kind", "SelfSubjectAccessReview"},
       {"spec", Value::object({{"resourceAttributes", Value::object({{"verb", verb},
                                                                     {"group", group},
                                                                     {"resource", plural},
                                                                     {"namespace", ns}})}})}});
  const Value answer = TRY(client_.create(review_resource(), review, "rumbo", false, cancel));
  const bool yes = answer["status"]["allowed"].as_bool();
  // A refusal that is not for the whole cluster ends a transaction: it is asked again.
  if (yes || ns.empty()) {
    known_.with([&](auto& all) { all[question] = {yes, now + kBelieved}; });
  }
  return yes;
}

Result<std::vector<std::string>> AccessReviews::refused(const Resource& resource,
                                                        const std::string& ns,
                                                        const std::vector<std::string>& verbs,
                                                        const Cancel& cancel) {
  std::vector<std::string> out;
  // Who may do everything is asked once.
  if (TRY(allowed({"*", "*", "*", ""}, cancel))) return out;
  for (const std::string& verb : verbs) {
    if (TRY(allowed({verb, resource.group, resource.plural, ""}, cancel))) continue;
    if (!ns.empty() && TRY(allowed({verb, resource.group, resource.plural, ns}, cancel))) continue;
    out.push_back(verb);
  }
  return out;
}

}  // namespace rumbo::target::kubernetes
