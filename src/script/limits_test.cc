// Hostile templates end with a clear failure of kind limit.
#include <gtest/gtest.h>

#include "script/list.h"
#include "script/test_host.h"

namespace rumbo::script {
namespace {

SessionOptions tight() {
  SessionOptions options;
  options.limits.max_output = 100'000;
  options.limits.max_text = 100'000;
  options.limits.max_items = 10'000;
  options.limits.max_steps = 1'000'000;
  return options;
}

struct Hostile {
  const char* name;
  const char* text;
  const char* says;
};

class Limits_ : public ::testing::TestWithParam<Hostile> {};

TEST_P(Limits_, EndsWithAClearFailure) {
  TemplateSet set(helm_functions());
  ASSERT_TRUE(set.parse("t", GetParam().text));
  TestHost host;
  Session session(host, tight());
  const auto out = set.execute("t", {}, session);
  ASSERT_FALSE(out) << out->substr(0, 100);
  EXPECT_NE(out.error().text().find(GetParam().says), std::string::npos) << out.error().text();
  EXPECT_EQ(out.error().root().kind(), Failure::Kind::limit);
  EXPECT_EQ(out.error().to_error().code(), Code::too_large);
}

INSTANTIATE_TEST_SUITE_P(
    All, Limits_,
    ::testing::Values(
        Hostile{"Until", "{{ until 1000000000 }}", "list of 1000000000 items"},
        Hostile{"Seq", "{{ seq 1 9000000000 }}", "items"},
        Hostile{"Repeat", "{{ repeat 1000000000 \"x\" }}", "text of 1000000000 bytes"},
        Hostile{"Indent", "{{ indent 100000 \"a\\nb\" }}", "bytes"},
        Hostile{"Doubling",
                "{{ $x := \"aaaaaaaa\" }}{{ range until 60 }}{{ $x = print $x $x }}{{ end }}",
                "bytes"},
        Hostile{"SharedTree",
                "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
                "bytes"},
        Hostile{"Output", "{{ range 100000 }}0123456789{{ end }}", "writes more than 100000 bytes"},
        Hostile{"Steps", "{{ range 10000000 }}{{ end }}", "more than 1000000 steps"},
        Hostile{"Recursion", "{{ define \"r\" }}{{ template \"r\" }}{{ end }}{{ template \"r\" }}",
                "nests too deeply"},
        Hostile{"Cycle", "{{ $d := dict }}{{ $_ := set $d \"k\" $d }}{{ $d }}", "holds itself"},
        Hostile{"CycleCopied", "{{ $d := dict }}{{ $_ := set $d \"k\" $d }}{{ deepCopy $d }}",
                "nests too deeply"},
        Hostile{"ToYaml",
                "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}"
                "{{ toYaml $x }}",
                "steps"},
        Hostile{"ToJson",
                "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}"
                "{{ toJson $x }}",
                "steps"},
        Hostile{"ToToml",
                "{{ $x := dict \"a\" 1 }}{{ range until 60 }}{{ $x = dict \"l\" $x \"r\" $x }}"
                "{{ end }}{{ toToml $x }}",
                "steps"},
        Hostile{"DeepEqual",
                "{{ $x := list 1 }}{{ $y := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}"
                "{{ $y = list $y $y }}{{ end }}{{ deepEqual $x $y }}",
                "steps"},
        Hostile{"DeepCopy",
                "{{ $x := list 1 }}{{ range until 60 }}{{ $x = list $x $x }}{{ end }}"
                "{{ deepCopy $x }}",
                "steps"},
        Hostile{"Keys", "{{ range 100 }}{{ $_ := genPrivateKey \"ed25519\" }}{{ end }}",
                "more than 64 keys"}),
    [](const auto& parameter) { return std::string(parameter.param.name); });

class ImpatientHost : public TestHost {
 public:
  std::string stopped() override { return ++asked_ > 3 ? "takes too long" : ""; }

 private:
  int asked_ = 0;
};

/// The error of a template whose host loses patience; "" if it ends well.
std::string stopped_in(std::string_view text) {
  TemplateSet set(helm_functions());
  EXPECT_TRUE(set.parse("t", text));
  ImpatientHost host;
  Session session(host);
  const auto out = set.execute("t", {}, session);
  return out ? "" : out.error().text();
}

TEST(Limits, TheHostStopsIt) {
  const std::string error = stopped_in("one\n{{ range 100000000 }}{{ end }}");
  EXPECT_NE(error.find("t:2:"), std::string::npos) << error;
  EXPECT_NE(error.find("takes too long"), std::string::npos) << error;
}

TEST(Limits, TheHostStopsItBetweenKeys) {
  const std::string error =
      stopped_in("{{ range 20 }}{{ $_ := genPrivateKey \"ed25519\" }}{{ end }}");
  EXPECT_NE(error.find("takes too long"), std::string::npos) << error;
}

TEST(Limits, AnIncludeOfItselfIsCounted) {
  const std::string out =
      run("{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}");
  EXPECT_TRUE(out.ends_with(
      "rendering template has a nested reference name: r: unable to execute template"));
}

TEST(Limits, ManyChangedMapsEndInLinearTime) {
  EXPECT_EQ(run("{{ $d := dict }}{{ range until 3000 }}"
                "{{ $_ := set $d (print .) (dict \"up\" $d) }}{{ end }}ok"),
            "ok");
  EXPECT_EQ(run("{{ $d := dict }}{{ range until 2000 }}{{ $e := dict }}"
                "{{ $_ := set $e \"d\" $d }}{{ $_ := set $d (print .) $e }}{{ end }}ok"),
            "ok");
}

TEST(Limits, DeepValuesAreFreedWithoutRecursion) {
  EXPECT_EQ(run("{{ $x := list }}{{ range 300000 }}{{ $x = list $x }}{{ end }}ok"), "ok");
}

TEST(Limits, ADeepTextOfParenthesesIsRefused) {
  const std::string text =
      "{{ " + std::string(100'000, '(') + "1" + std::string(100'000, ')') + " }}";
  EXPECT_NE(run(text).find("nests too deeply"), std::string::npos);
}

}  // namespace
}  // namespace rumbo::script
