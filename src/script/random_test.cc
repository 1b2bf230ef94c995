#include <gtest/gtest.h>

#include "codec/json.h"
#include "script/test_host.h"

namespace rumbo::script {
namespace {

/// Keeps every result under the call that made it.
class KeepingHost final : public TestHost {
 public:
  std::optional<Value> recall(const RandomCall& call) override {
    const auto at = kept_.find(name(call));
    return at == kept_.end() ? std::nullopt : std::optional(at->second);
  }
  void remember(const RandomCall& call, const Value& value) override { kept_[name(call)] = value; }
  std::size_t size() const { return kept_.size(); }

 private:
  static std::string name(const RandomCall& call) {
    return call.function + codec::to_json(call.arguments) + call.file + std::to_string(call.line) +
           ":" + std::to_string(call.column) + "#" + std::to_string(call.repetition);
  }
  std::map<std::string, Value> kept_;
};

std::string render(Host& host, std::string_view text) {
  TemplateSet set(helm_functions());
  EXPECT_TRUE(set.parse("t", text));
  Session session(host);
  auto out = set.execute("t", {}, session);
  return out ? *out : out.error().text();
}

TEST(Random, AHostThatKeepsResultsRendersTheSameAgain) {
  KeepingHost host;
  constexpr std::string_view kText =
      "{{ range 3 }}{{ randAlphaNum 8 }}{{ end }} {{ uuidv4 }} {{ htpasswd \"u\" \"p\" }} "
      "{{ randInt 1 1000 }} {{ (genSignedCert \"x\" (list \"127.0.0.1\") (list \"h\") 1 "
      "(genCA \"ca\" 1)).Cert }} {{ encryptAES \"k\" \"x\" }} {{ shuffle \"abcdef\" }}";
  const std::string first = render(host, kText);
  EXPECT_EQ(first, render(host, kText));
  EXPECT_EQ(host.size(), 10u);
}

TEST(Random, RepetitionsOfOnePlaceDiffer) {
  KeepingHost host;
  EXPECT_EQ(render(host, "{{ range 2 }}{{ randAlphaNum 20 }},{{ end }}").find("error"),
            std::string::npos);
  EXPECT_EQ(host.size(), 2u);
}

TEST(Random, BcryptVerifiesWhatItHashed) {
  TestHost host;
  const std::string out = render(host, "{{ bcrypt \"secret\" }}");
  EXPECT_EQ(out.size(), 60u);
  EXPECT_TRUE(out.starts_with("$2a$10$"));
}

}  // namespace
}  // namespace rumbo::script
