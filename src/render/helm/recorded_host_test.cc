#include "render/helm/recorded_host.h"

#include <gtest/gtest.h>

#include "crypto/certificate.h"

namespace rumbo::render::helm {
namespace {

constexpr std::int64_t kBegin = 1'800'000'000, kDay = 86'400;

script::RandomCall call() {
  script::RandomCall one;
  one.function = "genCA";
  one.file = "web/templates/tls.yaml";
  return one;
}

Value certificate(std::int64_t days) {
  const std::string key = crypto::make_private_key(crypto::KeyKind::ecdsa_p256).value();
  crypto::CertificateRequest request;
  request.common_name = "db";
  request.not_before = kBegin;
  request.not_after = kBegin + days * kDay;
  request.serial = std::string(16, '\1');
  return Value::object(
      {{"Cert", crypto::make_certificate(request, key, {}).value()}, {"Key", key}});
}

RenderInputs inputs_at(std::int64_t day, const Value& recorded) {
  RenderInputs inputs;
  inputs.now.since_epoch = std::chrono::seconds(kBegin + day * kDay);
  inputs.recorded = recorded;
  inputs.seed = "seed";
  return inputs;
}

Value recorded_certificate() {
  const RenderInputs inputs = inputs_at(0, {});
  RecordedHost host(inputs);
  EXPECT_FALSE(host.recall(call()));
  host.remember(call(), certificate(90));
  return host.recorded();
}

TEST(RecordedHost, WarnsOfCertificatesPastTwoThirdsOfTheirLife) {
  const Value recorded = recorded_certificate();
  const RenderInputs early = inputs_at(59, recorded);
  RecordedHost young(early);
  EXPECT_TRUE(young.recall(call()));
  EXPECT_TRUE(young.warnings().empty());

  const RenderInputs later = inputs_at(61, recorded);
  RecordedHost old(later);
  EXPECT_TRUE(old.recall(call())) << "it is kept all the same";
  ASSERT_EQ(old.warnings().size(), 1u);
  EXPECT_NE(old.warnings()[0].find("`db` that the chart made ends in 29 days"), std::string::npos)
      << old.warnings()[0];

  const RenderInputs late = inputs_at(91, recorded);
  RecordedHost expired(late);
  EXPECT_TRUE(expired.recall(call()));
  EXPECT_NE(expired.warnings()[0].find("has expired"), std::string::npos);
}

TEST(RecordedHost, RenewsThemWhenAsked) {
  const Value recorded = recorded_certificate();
  const RenderInputs early = inputs_at(59, recorded);
  RecordedHost young(early, {.renew = true});
  EXPECT_TRUE(young.recall(call()));
  const RenderInputs later = inputs_at(61, recorded);
  RecordedHost old(later, {.renew = true});
  EXPECT_FALSE(old.recall(call()));
  EXPECT_TRUE(old.warnings().empty());
  const Value fresh = certificate(200);
  old.remember(call(), fresh);
  EXPECT_EQ(old.recorded().members()[0].value, fresh);
}

}  // namespace
}  // namespace rumbo::render::helm
