#include "target/kubernetes/write_body.h"

#include <gtest/gtest.h>

#include "codec/yaml.h"

namespace rumbo::target::kubernetes {
namespace {

Value yaml(const std::string& text) {
  return *codec::parse_yaml_value(text);
}

TEST(WriteBody, AppliesTextsOfSecretsAsTheDataTheyBecome) {
  const Resource secrets{"", "v1", "Secret", "secrets", true, {}, {}};
  const Value body =
      apply_body(yaml("{apiVersion: v1, kind: Secret, metadata: {name: s}, data: {a: "
                      "eA==, b: eQ==}, stringData: {b: x, c: '1', d: null}}"),
                 secrets);
  EXPECT_EQ(body["data"], yaml("{a: eA==, b: eA==, c: MQ==}"));
  EXPECT_FALSE(body.contains("stringData"));
}

TEST(WriteBody, LeavesWhatIsNoTextToTheServer) {
  const Value secret = yaml("{apiVersion: v1, kind: Secret, stringData: {a: 1, b: x}}");
  EXPECT_EQ(with_stored_texts(secret)["stringData"], yaml("{a: 1}"));
  const Value other = yaml("{apiVersion: example.org/v1, kind: Secret, stringData: {a: x}}");
  EXPECT_EQ(with_stored_texts(other), other);
}

}  // namespace
}  // namespace rumbo::target::kubernetes
