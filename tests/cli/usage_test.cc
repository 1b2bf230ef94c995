// Usage: what is said of command lines that are wrong, and the help of every verb.
#include <gtest/gtest.h>
#include <set>

#include "app/help.h"
#include "app/table.h"
#include "app/verb.h"
#include "base/strings.h"
#include "rig.h"

namespace rumbo::cli_test {
namespace {

struct Wrong {
  std::vector<std::string> arguments;
  std::string says;
};

TEST(Usage, MistakesExitWithTwoAndNameTheCure) {
  const Wrong all[] = {
      {{"synk"}, "unknown verb `synk`\nhint: did you mean `rumbo sync`?"},
      {{"zzzzzz"}, "hint: `rumbo --help` lists the verbs"},
      {{"plan", "--detaild"},
       "unknown flag `--detaild`\nhint: did you mean `--detailed`?; usage: "
       "rumbo plan [APP…] [flags]"},
      {{"history", "--max"}, "flag `--max` needs a value"},
      {{"history", "--max", "many"}, "--max needs a number, not `many`"},
      {{"history", "--max=-1"}, "--max needs a number, not `-1`"},
      {{"rollback"}, "`rollback` needs APP"},
      {{"rollback", "a", "b"}, "unexpected argument `b` of `rollback`"},
      {{"status", "-o", "xml"}, "unknown output format `xml`"},
      {{"get", "objets"}, "did you mean `rumbo get objects`?"},
      {{"status", "shop@"}, "write APP or APP@ENVIRONMENT"},
      {{"status", "shop@dev", "-e", "qa"}, "is not in environment `qa`"},
      {{"wait", "--timeout", "soon"}, "--timeout is no duration: `soon`"},
      {{"recover", "t-000001"}, "one of --undo, --finish, --accept"},
      {{"delete", "shop", "--delete-volumes"}, "--delete-volumes needs --cascade"},
      {{"delete"}, "`delete` needs APP"},
      {{"recover", "--undo"}, "--undo needs the transaction it is about"},
      {{"recover", "t-000001", "--undo", "--accept"}, "exclude each other"},
      {{"completion", "ksh"}, "one of bash, zsh, fish"},
      {{"import", "heroku"}, "there is: rumbo import podman"},
      {{"logs", "shop@dev", "web", "--since", "soon"}, "--since is neither"},
      {{"logs", "web", "-p", "-f"}, "--previous is over"},
      {{"logs", "web", "-c", "a", "--all-containers"}, "exclude each other"},
      {{"recover", "--adopt", "--forget"}, "exclude each other"},
      {{"recover", "--from-target", "--undo"}, "exclude each other"},
      {{"recover", "--accept-journal-up-to", "x"}, "needs a number"},
      {{"backup", "--passphrase-file", "/none"}, "/none"},
      {{"restore"}, "`restore` needs FILE"},
      {{"restore", "/none"}, "/none"},
      {{"serve", "--listen", ":8080"}, "--listen is not available"},
      {{"serve", "--log-format", "xml"}, "unknown log format `xml`"},
      {{"init", "--app", "Not A Name"}, "cannot name an application"},
  };
  for (const Wrong& wrong : all) {
    Rig rig;
    const Ran ran = rig.run(wrong.arguments);
    EXPECT_EQ(ran.exit, 2) << wrong.says;
    EXPECT_NE(ran.err.find(wrong.says), std::string::npos) << ran.err;
    EXPECT_EQ(ran.err.find("error:"), 0u) << ran.err;
    EXPECT_EQ(ran.out, "") << wrong.says;
    EXPECT_TRUE(rig.script.calls.empty()) << wrong.says;
  }
}

TEST(Usage, FlagsMayStandAnywhereAndEndAtTwoDashes) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"-e", "dev", "status", "shop", "-o", "json"},
           {"-edev", "--output=json", "status", "shop"},
           {"status", "-o", "json", "shop", "--environment=dev"},
           {"--no-color", "-q", "-o", "json", "status", "-e", "dev", "--", "shop"},
           {"status", "shop@dev", "-ojson"}}) {
    Rig rig;
    rig.answer("status", R"({"healthy": true, "applications": []})");
    const Ran ran = rig.run(arguments);
    EXPECT_EQ(ran.exit, 0) << ran.err;
    EXPECT_EQ(rig.script.select.environment, "dev");
    EXPECT_EQ(rig.script.select.applications, std::vector<std::string>{"shop"});
    EXPECT_EQ(ran.out, "{\n  \"applications\": [],\n  \"healthy\": true\n}\n");
  }
}

TEST(Usage, EveryVerbHasHelpWithExamplesAndExits) {
  std::set<std::string_view> names;
  for (const app::Verb& verb : app::verbs()) {
    EXPECT_TRUE(names.insert(verb.name).second) << verb.name;
    EXPECT_FALSE(verb.examples.empty()) << verb.name;
    Rig rig;
    const Ran ran = rig.run({std::string(verb.name), "--help"});
    EXPECT_EQ(ran.exit, 0);
    EXPECT_EQ(ran.err, "");
    EXPECT_NE(ran.out.find("usage: rumbo " + std::string(verb.name)), std::string::npos);
    EXPECT_NE(ran.out.find("Examples:\n  "), std::string::npos);
    EXPECT_NE(ran.out.find("Exit status: "), std::string::npos);
    EXPECT_EQ(rig.run({"help", std::string(verb.name)}).out, ran.out);
    for (const std::string_view line : split(ran.out, '\n')) {
      if (!line.starts_with("usage: ") && !line.starts_with("  rumbo ")) {
        EXPECT_LE(app::columns(line), 100u) << line;
      }
    }
    for (const app::Flag& flag : verb.flags) {
      EXPECT_NE(ran.out.find("--" + std::string(flag.name)), std::string::npos) << flag.name;
      for (const app::Flag& global : app::global_flags()) {
        EXPECT_NE(flag.name, global.name) << verb.name;
        EXPECT_TRUE(flag.letter == 0 || flag.letter != global.letter) << verb.name;
      }
    }
  }
  for (const char* verb :
       {"init",       "validate", "render",  "plan",     "diff",    "sync",    "rollback",
        "resume",     "pause",    "history", "show",     "log",     "get",     "status",
        "refresh",    "recover",  "serve",   "doctor",   "version", "logs",    "wait",
        "completion", "delete",   "freeze",  "unfreeze", "backup",  "restore", "import"}) {
    EXPECT_TRUE(names.contains(verb)) << verb;
  }
}

TEST(Usage, PagesAreMadeFromTheTable) {
  const std::string page = app::markdown();
  const std::string script = app::bash_completion();
  for (const app::Verb& verb : app::verbs()) {
    const bool in_page =
        page.find("\n## rumbo " + std::string(verb.name) + "\n") != std::string::npos;
    EXPECT_EQ(in_page, !verb.hidden) << verb.name;
    for (const app::Flag& flag : verb.flags) {
      EXPECT_NE(script.find("--" + std::string(flag.name)), std::string::npos) << flag.name;
    }
  }
  for (const char* name :
       {"cli", "configuration", "podman-fields", "sync-options", "helm-functions"}) {
    const auto stored =
        io::real_filesystem().read_all(std::string(RUMBO_SOURCE_DIR) + "/docs/" + name + ".md");
    ASSERT_TRUE(stored) << name;
    EXPECT_EQ(*stored, app::docs_page(name))
        << "write it anew: rumbo docs " << name << " > docs/" << name << ".md";
  }
  Rig rig;
  EXPECT_EQ(rig.run({"docs", "cli"}).out, page);
  EXPECT_EQ(rig.run({"completion", "bash"}).out, script);
  const std::string zsh = rig.run({"completion", "zsh"}).out;
  EXPECT_EQ(zsh.find("#compdef rumbo\n"), 0u);
  for (const char* part :
       {"    'sync:Deploy, as a transaction'\n",
        "    'delete:Delete an application'\\''s objects, or give them up'\n",
        "'(-p --previous)'{-p,--previous}'[",
        "'*'{-e+,--environment=}'[only this environment]:NAME:'",
        "'1:word:(apps environments objects drift images)' '*:application:_rumbo_apps'",
        "'1:word:(bash zsh fish)'"}) {
    EXPECT_NE(zsh.find(part), std::string::npos) << part;
  }
  const std::string fish = rig.run({"completion", "fish"}).out;
  EXPECT_NE(fish.find("-a sync -d 'Deploy, as a transaction'"), std::string::npos);
  EXPECT_NE(fish.find("__fish_seen_subcommand_from logs' -l previous -s p"), std::string::npos);
}

// The script as bash runs it: the words of a command line, the last of which is completed.
TEST(Usage, BashCompletesWhatMayStandThere) {
  const struct {
    const char *line, *found;
  } rows[] = {
      {"pl", "plan"},
      {"--config x -e dev st", "status"},
      {"-q --st", "--state"},
      {"-o json get ''", "apps environments objects drift images"},
      {"completion z", "zsh"},
      {"sync --toge", "--together"},
      {"sync --revision ''", ""},
      {"plan --out /proc/self/statu", "/proc/self/status"},
      {"status -o w", "wide"},
  };
  std::string script = app::bash_completion() +
                       "t() { COMP_WORDS=(rumbo \"$@\"); COMP_CWORD=$#; _rumbo; "
                       "echo $(printf '%s\\n' \"${COMPREPLY[@]}\"); }\n";
  std::string wanted;
  for (const auto& row : rows) {
    script += std::string("t ") + row.line + "\n";
    wanted += std::string(row.found) + "\n";
  }
  io::Command bash;
  bash.argv = {"bash", "-c", script};
  bash.env = io::minimal_environment();
  const auto exit = io::real_env().process.run(bash, Cancel());
  ASSERT_TRUE(exit) << exit.error().to_string();
  EXPECT_EQ(exit->out, wanted) << exit->err;
}

TEST(Usage, VersionPrintsBuildFacts) {
  Rig rig;
  const Ran plain = rig.run({"version"});
  EXPECT_EQ(plain.exit, 0);
  EXPECT_EQ(plain.out.find("rumbo 0."), 0u) << plain.out;
  for (const char* label : {"\ncommit    ", "\ndate      ", "\ncompiler  ", "\nbuild     "}) {
    EXPECT_NE(plain.out.find(label), std::string::npos) << label;
  }
  const Ran json = rig.run({"version", "-o", "json"});
  for (const char* member : {"\"version\": \"0.", "\"commit\": \"", "\"date\": \"",
                             "\"modified\": ", "\"compiler\": \"", "\"build\": \""}) {
    EXPECT_NE(json.out.find(member), std::string::npos) << json.out;
  }
  EXPECT_TRUE(rig.script.calls.empty());
}

}  // namespace
}  // namespace rumbo::cli_test
