#include "script/template_set.h"

#include <gtest/gtest.h>
#include <thread>

#include "script/test_host.h"

namespace rumbo::script {
namespace {

TEST(TemplateSet, LaterDefinitionsReplaceEarlierOnes) {
  TemplateSet set(helm_functions());
  ASSERT_TRUE(set.parse("a", "{{ define \"x\" }}1{{ end }}{{ template \"x\" }}"));
  TestHost host;
  Session session(host);
  EXPECT_EQ(set.execute("a", {}, session).value(), "1");
  ASSERT_TRUE(set.parse("b", "{{ define \"x\" }}2{{ end }}"));
  EXPECT_EQ(set.execute("a", {}, session).value(), "2");
  ASSERT_TRUE(set.parse("c", "{{ define \"x\" }} {{/* blank */}}{{ end }}"));
  EXPECT_EQ(set.execute("a", {}, session).value(), "2") << "an empty body replaces nothing";
  EXPECT_TRUE(set.defines("c"));
  EXPECT_FALSE(set.defines("d"));
}

TEST(TemplateSet, DefinitionsInsideTplStayThere) {
  EXPECT_EQ(run("{{ tpl `{{ define \"q\" }}Q{{ end }}{{ include \"q\" . }}` . }}"), "Q");
  EXPECT_NE(run("{{ tpl `{{ define \"q\" }}Q{{ end }}` . }}{{ include \"q\" . }}")
                .find("no template \"q\""),
            std::string::npos);
}

TEST(TemplateSet, FailuresKnowTheirPlace) {
  TemplateSet set(helm_functions());
  const auto parsed = set.parse("dir/a.yaml", "x\n{{ nope }}");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind(), Failure::Kind::parse);
  EXPECT_EQ(parsed.error().location(), (Location{"dir/a.yaml", 2, 0}));
  ASSERT_TRUE(set.parse("b.yaml", "x\n  {{ .a.b }}"));
  TestHost host;
  Session session(host);
  const auto run = set.execute("b.yaml", Any(make<Map>()), session);
  ASSERT_FALSE(run);
  EXPECT_EQ(run.error().location(), (Location{"b.yaml", 2, 7}));
  EXPECT_EQ(run.error().to_error().code(), Code::invalid);
}

TEST(TemplateSet, OneSetServesManyThreads) {
  TemplateSet set(helm_functions());
  const Value values = Value::object({{"k", "a text that is longer than fourteen bytes"}});
  std::vector<std::string> results(4);
  std::vector<std::thread> threads;
  ASSERT_TRUE(set.parse("b", "{{ range until 50 }}{{ . }}{{ $.k | quote }}{{ 1i }}{{ end }}"));
  for (std::string& result : results) {
    threads.emplace_back([&] {
      TestHost host;
      Session session(host);
      result = set.execute("b", Any::from(values), session).value_or("failed");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& result : results) EXPECT_EQ(result, results[0]);
  EXPECT_NE(results[0], "failed");
}

}  // namespace
}  // namespace rumbo::script
