// The verbs that plan and act: outputs, progress, exit statuses.
#include <gtest/gtest.h>

#include "app/progress_model.h"
#include "codec/json.h"
#include "rig.h"

namespace rumbo::cli_test {
namespace {

constexpr std::string_view kPlan = R"({"plans": [{
  "scopes": ["shop@dev"], "revision": "main@1a2b3c4", "digest": "sha256:abcd", "differs": true,
  "plan": {
    "changes": [
      {"scope": "shop@dev", "object": "Deployment.apps shop-dev/web", "action": "update",
       "wave": 0, "reason": "image changed", "origin": "deploy/web.yaml:1:1",
       "fields": [{"path": "spec.replicas", "before": 1, "after": 2},
                  {"path": "spec.paused", "before": null, "after": true}]},
      {"object": "Service shop-dev/web", "action": "create", "wave": 0, "reason": "new"},
      {"object": "ConfigMap shop-dev/old", "action": "prune", "wave": 0,
       "reason": "no longer declared"},
      {"object": "ConfigMap shop-dev/same", "action": "unchanged", "wave": 0, "reason": ""}],
    "steps": [], "effects": ["Job migrate runs and is not undone"], "refusals": []}}]})";

TEST(Plan, ReadsLikeADiffAndExitsWithOne) {
  Rig rig;
  rig.answer("plan", kPlan);
  const Ran ran = rig.run({"plan", "shop"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out,
            "shop@dev  main@1a2b3c4\n"
            "  ~ update    Deployment.apps shop-dev/web  image changed\n"
            "  + create    Service shop-dev/web          new\n"
            "  - prune     ConfigMap shop-dev/old        no longer declared\n"
            "  ! Job migrate runs and is not undone\n"
            "  1 to create, 1 to update, 1 to prune, 1 unchanged\n");
}

TEST(Plan, DetailedAndDiffShowFields) {
  Rig rig;
  rig.answer("plan", kPlan);
  const Ran detailed = rig.run({"plan", "--detailed"});
  EXPECT_NE(detailed.out.find("      ~ spec.replicas: 1 -> 2\n      + spec.paused: true\n"),
            std::string::npos)
      << detailed.out;
  EXPECT_EQ(rig.run({"diff"}).out, detailed.out);
}

TEST(Plan, NothingDiffersIsZero) {
  Rig rig;
  rig.answer("plan", R"({"plans": [{"scopes": ["shop@dev"], "differs": false, "plan": {
    "changes": [{"object": "Service a/b", "action": "unchanged"}], "refusals": []}}]})");
  const Ran ran = rig.run({"plan"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "shop@dev\n  1 unchanged\n");
}

TEST(Plan, RefusalsNameTheirPlaceAndExitWithTwo) {
  Rig rig;
  rig.answer("plan", R"({"plans": [{"scopes": ["shop@dev"], "differs": true, "plan": {
    "changes": [], "refusals": [{"object": "Deployment.apps a/web",
      "message": "unknown field `replicaz`", "hint": "did you mean `replicas`?",
      "origin": "deploy/web.yaml:7:3"}]}}]})");
  const Ran ran = rig.run({"plan"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out,
            "shop@dev\n"
            "  deploy/web.yaml:7:3: error: Deployment.apps a/web: unknown field `replicaz`\n"
            "    hint: did you mean `replicas`?\n"
            "  refused: 1 to mend before this can be deployed\n");
}

TEST(Plan, AFileCarriesThePlanToTheSync) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/tmp", 0700));
  rig.answer("plan", kPlan);
  EXPECT_EQ(rig.run({"plan", "shop", "--out", "/tmp/shop.plan"}).exit, 1);
  rig.answer("sync", R"({"transactions": [], "worst": "unchanged"})");
  EXPECT_EQ(rig.run({"sync", "--plan", "/tmp/shop.plan"}).exit, 0);
  EXPECT_EQ(rig.script.sync.expect_plan, "sha256:abcd");
  EXPECT_EQ(rig.script.sync.revision, "main@1a2b3c4");
  EXPECT_EQ(rig.script.sync.select.applications, std::vector<std::string>{"shop"});
  EXPECT_EQ(rig.script.sync.select.environment, "dev");
  const Ran other = rig.run({"sync", "bank", "--plan", "/tmp/shop.plan"});
  EXPECT_EQ(other.exit, 2);
  EXPECT_NE(other.err.find("plans other applications"), std::string::npos);
  ASSERT_TRUE(rig.files.write_atomic("/tmp/no.plan", "{}"));
  EXPECT_NE(rig.run({"sync", "--plan", "/tmp/no.plan"}).err.find("is no plan file"),
            std::string::npos);
}

struct Outcome {
  std::string outcome;
  int exit;
  std::string says;
};

TEST(Sync, ExitStatusesAndTheNextCommand) {
  const Outcome all[] = {
      {"committed", 0, "shop@dev: committed (t-000009) at main@1a2b3c4 in 4.2s\n"},
      {"restored", 3,
       "shop@dev: restored (t-000009), wanted main@1a2b3c4 in 4.2s\n"
       "  cause: Deployment web: exited with 1\n"
       "  | panic: no database\n"
       "  next: rumbo show t-000009 "},
      {"needs-operator", 4, "rumbo recover t-000009 --undo | --finish | --accept\n"},
      {"refused", 2, "  next: rumbo show t-000009\n"},
      {"suspended", 2, "  next: rumbo recover "},
  };
  for (const Outcome& one : all) {
    Rig rig;
    rig.answer("sync", R"({"transactions": [{"transaction": "t-000009",
      "applications": ["shop@dev"], "outcome": ")" +
                           one.outcome + R"(", "cause": "Deployment web: exited with 1",
      "evidence": ["panic: no database"], "revision": "main@1a2b3c4", "duration": "4.2s"}]})");
    const Ran ran = rig.run({"sync", "--as", "user:anna"});
    EXPECT_EQ(ran.exit, one.exit) << one.outcome;
    EXPECT_NE(ran.out.find(one.says), std::string::npos) << ran.out;
    EXPECT_EQ(rig.script.sync.actor, "user:anna");
    EXPECT_EQ(rig.need, app::Need::act);
  }
}

TEST(Sync, NothingToDoIsZero) {
  Rig rig;
  rig.answer("sync", R"({"transactions": [{"transaction": "", "applications": ["shop@dev"],
    "outcome": "unchanged", "cause": "", "evidence": []}]})");
  const Ran ran = rig.run({"sync"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "shop@dev: nothing to do\n");
  EXPECT_EQ(rig.run({"sync", "-q"}).out, "");
  rig.answer("sync", R"({"transactions": [{"transaction": "", "applications": ["shop@dev"],
    "outcome": "refused", "cause": "shop@dev: quarantined", "evidence": []}]})");
  const Ran refused = rig.run({"sync"});
  EXPECT_EQ(refused.exit, 2);
  EXPECT_EQ(refused.out,
            "shop@dev: refused\n  cause: shop@dev: quarantined\n"
            "  next: rumbo plan shop@dev --detailed\n");
}

TEST(Sync, TheWorstOfSeveralDecides) {
  Rig rig;
  const auto with = [&](std::string_view a, std::string_view b) {
    rig.answer("sync", R"({"transactions": [{"transaction": "t-1", "applications": ["a@x"],
      "outcome": ")" + std::string(a) +
                           R"("}, {"transaction": "t-2", "applications": ["b@x"],
      "outcome": ")" + std::string(b) +
                           R"("}]})");
    return rig.run({"sync"}).exit;
  };
  EXPECT_EQ(with("committed", "restored"), 3);
  EXPECT_EQ(with("needs-operator", "restored"), 4);
  EXPECT_EQ(with("refused", "restored"), 3);
  EXPECT_EQ(with("refused", "committed"), 2);
}

TEST(Sync, FlagsReachTheOperation) {
  Rig rig;
  rig.answer("sync", R"({"transactions": []})");
  rig.run({"sync", "a", "b", "--together", "--revision", "v1", "--retry-quarantined", "--no-hooks",
           "-e", "dev"});
  const auto& options = rig.script.sync;
  EXPECT_EQ(options.select.applications, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(options.select.environment, "dev");
  EXPECT_EQ(options.revision, "v1");
  EXPECT_TRUE(options.together);
  EXPECT_TRUE(options.retry_quarantined);
  EXPECT_FALSE(options.with_hooks);
  rig.answer("plan", R"({"plans": []})");
  rig.run({"sync", "--dry-run"});
  EXPECT_EQ(rig.script.calls.back(), "plan");
}

void script_progress(Rig& rig) {
  rig.answer("sync", R"({"transactions": [{"transaction": "t-000009",
    "applications": ["shop@dev"], "outcome": "committed"}]})");
  rig.event(R"({"type": "record", "record": {"seq": 1, "at": "2023-11-14T22:13:20Z",
    "type": "begin", "txn": "t-000009", "body": {"scopes": [{"scope": {"application": "shop",
    "environment": "dev"}}]}}})");
  rig.event(R"({"type": "record", "record": {"seq": 2, "at": "2023-11-14T22:13:21Z",
    "type": "plan", "txn": "t-000009", "message": "1 step", "body": {"plan": {"steps": [
      {"id": 0, "kind": "stage", "wave": 0, "items": [
        {"key": {"kind": "Deployment", "name": "web"}}]}]}}}})");
  rig.event(R"({"type": "record", "record": {"seq": 3, "at": "2023-11-14T22:13:22Z",
    "type": "intent", "txn": "t-000009", "step": 0}})");
  rig.event(R"({"type": "waiting", "txn": "t-000009", "message": "Deployment web: 0 of 1 ready"})");
  rig.event(R"({"type": "waiting", "txn": "t-000009", "message": "Deployment web: 0 of 1 ready"})");
}

TEST(Progress, ALineAnEventWhereNoTerminalIs) {
  Rig rig;
  script_progress(rig);
  const Ran ran = rig.run({"sync"});
  EXPECT_EQ(ran.err,
            "22:13:20 t-000009 begin         shop@dev\n"
            "22:13:21 t-000009 plan          1 step\n"
            "22:13:22 t-000009 intent        stage    Deployment web\n"
            "         t-000009 waiting       Deployment web: 0 of 1 ready\n");
  EXPECT_EQ(rig.run({"sync", "-q"}).err, "");
}

TEST(Progress, AReasonThatComesLaterIsToldAndAnotherWaitIsNot) {
  app::ProgressModel model;
  const auto wait = [&](std::string_view what) {
    return model.hear(Value::object({{"type", "waiting"}, {"txn", "t-1"}, {"message", what}}),
                      MonoTime{});
  };
  EXPECT_TRUE(wait("claim data: Pending"));
  EXPECT_FALSE(wait("claim data: Pending"));
  EXPECT_TRUE(wait("claim data: Pending (no class)"));
  EXPECT_FALSE(wait("pod web: starts")) << "within seconds";
}

TEST(Progress, ABlockThatIsRedrawnInPlaceOnATerminal) {
  Rig rig;
  rig.terminal = true;
  script_progress(rig);
  const Ran ran = rig.run({"sync", "--no-color"});
  EXPECT_NE(ran.err.find("t-000009  shop@dev  preparing"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("stage    Deployment web"), std::string::npos);
  EXPECT_NE(ran.err.find("waiting: Deployment web: 0 of 1 ready"), std::string::npos);
  EXPECT_NE(ran.err.find("\x1b[1A"), std::string::npos) << "goes up instead of scrolling";
}

TEST(Progress, BlocksStayWithinTheScreen) {
  app::ProgressModel model;
  std::string steps;
  for (int i = 0; i < 50; ++i) {
    steps += std::string(i ? "," : "") + R"({"id": )" + std::to_string(i) +
             R"(, "kind": "stage", "reason": "a reason that is much longer than the line"})";
  }
  model.hear(*codec::parse_json(R"({"record": {"type": "plan", "txn": "t-1", "body": {"plan":
    {"steps": [)" + steps + "]}}}}"),
             MonoTime{});
  const auto lines = model.lines(MonoTime{Duration(2s)}, 3, 30, 10, {});
  EXPECT_EQ(lines.size(), 10u);
  EXPECT_NE(lines[1].find("lines above"), std::string::npos);
  EXPECT_NE(lines[2].find("…"), std::string::npos) << lines[2];
}

TEST(Rollback, NamesTheScopeAndSaysThatItIsHeld) {
  Rig rig;
  rig.answer("rollback", R"({"transaction": "t-000010", "applications": ["shop@dev"],
    "outcome": "committed", "revision": "main@0000001"})");
  const Ran ran = rig.run({"rollback", "shop@dev", "--to", "t-000003", "--with-hooks"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "shop@dev: committed (t-000010) at main@0000001\n");
  EXPECT_NE(ran.err.find("held here until `rumbo resume shop`"), std::string::npos);
  EXPECT_EQ(rig.script.rollback.application, "shop");
  EXPECT_EQ(rig.script.rollback.environment, "dev");
  EXPECT_EQ(rig.script.rollback.to, "t-000003");
  EXPECT_TRUE(rig.script.rollback.with_hooks);
}

TEST(Tests, PassOrFailWithTheirLastWords) {
  Rig rig;
  rig.answer("test", R"({"transaction": "t-000011", "applications": ["shop@dev"],
    "outcome": "passed", "revision": "main@0000001"})");
  const Ran good = rig.run({"test", "shop@dev", "--force"});
  EXPECT_EQ(good.exit, 0) << good.err;
  EXPECT_EQ(good.out, "shop@dev: passed (t-000011) at main@0000001\n");
  EXPECT_EQ(rig.script.test.application, "shop");
  EXPECT_EQ(rig.script.test.environment, "dev");
  EXPECT_TRUE(rig.script.test.force);
  rig.answer("test", R"({"transaction": "t-000012", "applications": ["shop@dev"],
    "outcome": "failed", "revision": "main@0000001", "cause": "Job shop/smoke: exit 1"})");
  const Ran bad = rig.run({"test", "shop"});
  EXPECT_EQ(bad.exit, 2);
  EXPECT_NE(bad.out.find("shop@dev: failed (t-000012) at main@0000001"), std::string::npos);
  EXPECT_NE(bad.out.find("Job shop/smoke: exit 1"), std::string::npos) << bad.out;
  rig.answer("test", R"({"transaction": "", "applications": ["shop@dev"], "outcome": "unchanged",
    "cause": "it has no tests"})");
  EXPECT_EQ(rig.run({"test", "shop"}).exit, 0);
}

TEST(Steering, PauseResumeRefreshRecover) {
  Rig rig;
  rig.answer("pause", R"({"scopes": ["shop@dev"]})");
  rig.answer("resume", R"({"scopes": ["shop@dev"]})");
  EXPECT_EQ(rig.run({"pause", "shop", "--reason", "by hand", "--as", "user:x"}).out,
            "shop@dev: paused\n");
  EXPECT_EQ(rig.script.calls.back(), "pause by hand user:x");
  EXPECT_EQ(rig.run({"resume", "shop", "-o", "name"}).out, "shop@dev\n");
  rig.answer("freeze", R"({"frozen": true, "by": "user:x", "reason": "storage"})");
  EXPECT_EQ(rig.run({"freeze", "--reason", "storage", "--as", "user:x"}).out,
            "all is frozen; `rumbo unfreeze` ends it\n");
  EXPECT_EQ(rig.script.calls.back(), "freeze storage user:x");
  EXPECT_EQ(rig.run({"unfreeze"}).out, "no longer frozen\n");
  rig.answer("refresh", R"({"sources": [{"url": "u", "revision": "main@1", "error": null}]})");
  EXPECT_EQ(rig.run({"refresh"}).exit, 0);
  rig.answer("refresh", R"({"sources": [{"url": "u", "revision": null, "error": "gone"}]})");
  EXPECT_EQ(rig.run({"refresh"}).exit, 1);
  rig.answer("recover", R"({"transactions": [{"transaction": "t-1", "applications": ["a@x"],
    "outcome": "restored"}]})");
  EXPECT_EQ(rig.run({"recover", "t-1", "--undo"}).exit, 3);
  EXPECT_EQ(rig.script.calls.back(), "recover t-1 undo");
}

TEST(Init, WritesWhatCanBeReadAndReplacesNothing) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/etc", 0700));
  EXPECT_EQ(rig.run({"init", "--config", "/etc/rumbo.yaml", "--app", "shop"}).exit, 0);
  EXPECT_EQ(rig.run({"validate", "--config", "/etc/rumbo.yaml"}).exit, 0);
  const Ran again = rig.run({"init", "--config", "/etc/rumbo.yaml"});
  EXPECT_EQ(again.exit, 2);
  EXPECT_NE(again.err.find("is there already"), std::string::npos);
}

TEST(Validate, ConfigurationMistakesArePrintedAsCompilersDo) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/etc", 0700));
  ASSERT_TRUE(rig.files.write_atomic("/etc/rumbo.yaml",
                                     "apiVersion: rumbo.dev/v1alpha1\n"
                                     "kind: Application\n"
                                     "metadata: {name: shop}\n"
                                     "spec:\n"
                                     "  sauce: {}\n"
                                     "  environments: [dev]\n"));
  const Ran ran = rig.run({"validate", "--config", "/etc/rumbo.yaml"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_NE(ran.out.find("/etc/rumbo.yaml:5:3: error: "), std::string::npos) << ran.out;
  const Ran json = rig.run({"validate", "--config", "/etc/rumbo.yaml", "-o", "json"});
  EXPECT_NE(json.out.find("\"place\": \"/etc/rumbo.yaml:5:3\""), std::string::npos) << json.out;
  EXPECT_NE(json.out.find("\"valid\": false"), std::string::npos);
}

constexpr std::string_view kManifests =
    "apiVersion: v1\nkind: Secret\nmetadata: {name: pw}\nstringData: {password: hunter2}\n"
    "---\n"
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicaz: 1\n"
    "  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n"
    "    spec: {containers: [{name: c, image: i:1}]}\n";

TEST(Validate, FieldsOfManifestsAreNamedWithTheirPlace) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/deploy/sub", 0700));
  ASSERT_TRUE(rig.files.write_atomic("/deploy/sub/web.yaml", kManifests));
  for (const char* path : {"/deploy", "/deploy/", "/deploy/sub/web.yaml"}) {
    const Ran ran = rig.run({"validate", path});
    EXPECT_EQ(ran.exit, 2) << path;
    EXPECT_NE(ran.out.find("/deploy/sub/web.yaml:10:13: error: unknown field `replicaz`\n"
                           "    hint: did you mean `replicas`?\n"),
              std::string::npos)
        << ran.out;
  }
  ASSERT_TRUE(rig.files.write_atomic("/deploy/sub/web.yaml", "a: [\n"));
  const Ran broken = rig.run({"validate", "/deploy"});
  EXPECT_EQ(broken.exit, 2);
  EXPECT_EQ(broken.out.find("/deploy/sub/web.yaml:"), 0u) << broken.out;
  EXPECT_EQ(rig.run({"validate", "/nowhere"}).exit, 2);
}

TEST(Render, AnOverlayIsFoundAndPrintedAsKustomizePrintsIt) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/repo/base", 0700));
  ASSERT_TRUE(rig.files.make_directories("/repo/prod", 0700));
  ASSERT_TRUE(rig.files.write_atomic("/repo/base/c.yaml",
                                     "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n---\n"
                                     "kind: Namespace\napiVersion: v1\nmetadata: {name: shop}\n"));
  ASSERT_TRUE(rig.files.write_atomic("/repo/base/kustomization.yaml", "resources: [c.yaml]\n"));
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/kustomization.yaml",
                                     "resources: [../base]\nnamePrefix: p-\n"));
  const std::string map = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: p-c\n";
  const std::string space = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";
  EXPECT_EQ(rig.run({"render", "/repo/prod"}).out, space + "---\n" + map);
  EXPECT_EQ(rig.run({"render", "/repo/prod", "--kustomize", "--reorder", "none"}).out,
            map + "---\n" + space);
  const Ran odd = rig.run({"render", "/repo/prod", "--reorder", "random"});
  EXPECT_EQ(odd.exit, 2);
  EXPECT_NE(odd.err.find("legacy or none"), std::string::npos) << odd.err;
  EXPECT_EQ(rig.run({"validate", "/repo/prod"}).exit, 0);
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/kustomization.yaml", "resource: [../base]\n"));
  EXPECT_EQ(rig.run({"render", "/repo/prod"}).exit, 2);
  const Ran wrong = rig.run({"validate", "/repo/prod"});
  EXPECT_EQ(wrong.exit, 2);
  EXPECT_EQ(wrong.out.find("/repo/prod/kustomization.yaml: error:"), 0u) << wrong.out;
}

TEST(Validate, OverlaysTakeTheFlagsOfRender) {
  Rig rig;
  for (const char* folder : {"/repo/.git", "/repo/base", "/repo/prod/charts/web/templates"}) {
    ASSERT_TRUE(rig.files.make_directories(folder, 0700));
  }
  const std::string map = "kind: ConfigMap\napiVersion: v1\nmetadata: {name: c}\n";
  ASSERT_TRUE(rig.files.write_atomic("/repo/base/c.yaml", map));
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/charts/web/Chart.yaml",
                                     "apiVersion: v2\nname: web\nversion: 1.0.0\n"));
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/charts/web/values.yaml", "a: 1\n"));
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/charts/web/templates/c.yaml", map));
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/kustomization.yaml",
                                     "resources: [../base/c.yaml]\nnamePrefix: p-\n"));
  EXPECT_EQ(rig.run({"validate", "/repo/prod"}).exit, 2);
  EXPECT_EQ(rig.run({"validate", "/repo/prod", "--load-restrictor", "LoadRestrictionsNone"}).exit,
            0);
  const Ran unknown = rig.run({"validate", "/repo/prod", "--load-restrictor", "None"});
  EXPECT_EQ(unknown.exit, 2);
  EXPECT_NE(unknown.err.find("--load-restrictor `None` is not known"), std::string::npos)
      << unknown.err;
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/kustomization.yaml",
                                     "helmCharts: [{name: web, releaseName: w}]\n"));
  const Ran off = rig.run({"validate", "/repo/prod"});
  EXPECT_EQ(off.exit, 2);
  EXPECT_NE(off.out.find("--enable-helm"), std::string::npos) << off.out;
  EXPECT_EQ(rig.run({"validate", "/repo/prod", "--enable-helm"}).exit, 0);
  ASSERT_TRUE(rig.files.write_atomic("/repo/prod/kustomization.yaml",
                                     "resources: ['https://example.com/c.yaml']\n"));
  const Ran offline = rig.run({"validate", "/repo/prod", "--offline"});
  EXPECT_EQ(offline.exit, 2);
  EXPECT_NE(offline.out.find("https://example.com/c.yaml"), std::string::npos) << offline.out;
}

/// A chart whose template prints what is no YAML.
void write_broken_chart(Rig& rig) {
  ASSERT_TRUE(rig.files.make_directories("/chart/templates", 0700));
  ASSERT_TRUE(
      rig.files.write_atomic("/chart/Chart.yaml", "apiVersion: v2\nname: c\nversion: 1.0.0\n"));
  ASSERT_TRUE(rig.files.write_atomic("/chart/templates/a.yaml",
                                     "kind: ConfigMap\ndata: {{ \"{\" }}\nwhat: [\n"));
}

TEST(Render, DebugPrintsWhatTheTemplatesPrinted) {
  Rig rig;
  write_broken_chart(rig);
  const Ran silent = rig.run({"render", "/chart"});
  EXPECT_EQ(silent.exit, 2);
  EXPECT_EQ(silent.out, "");
  EXPECT_NE(silent.err.find("Use --debug flag"), std::string::npos) << silent.err;
  const Ran told = rig.run({"render", "/chart", "--debug"});
  EXPECT_EQ(told.exit, 2);
  EXPECT_NE(told.out.find("# Source: c/templates/a.yaml\nkind: ConfigMap\ndata: {\nwhat: [\n"),
            std::string::npos)
      << told.out;
}

TEST(Validate, AChartIsOneFindingWithTheCommandThatTellsMore) {
  Rig rig;
  write_broken_chart(rig);
  const Ran ran = rig.run({"validate", "/chart", "-o", "json"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.out.find("Use --debug"), std::string::npos) << ran.out;
  EXPECT_NE(ran.out.find("rumbo render CHART --debug"), std::string::npos) << ran.out;
  ASSERT_TRUE(rig.files.write_atomic("/chart/templates/a.yaml",
                                     "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"));
  EXPECT_EQ(rig.run({"validate", "/chart"}).exit, 0);
}

TEST(Render, SecretsAreMaskedUnlessAskedFor) {
  Rig rig;
  ASSERT_TRUE(rig.files.make_directories("/deploy", 0700));
  ASSERT_TRUE(rig.files.write_atomic("/deploy/web.yaml", kManifests));
  const Ran masked = rig.run({"render", "/deploy", "-n", "shop-dev"});
  EXPECT_EQ(masked.exit, 0) << masked.err;
  EXPECT_EQ(masked.out.find("---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: pw\n"
                            "  namespace: shop-dev\nstringData:\n  password: (masked)\n---\n"),
            0u)
      << masked.out;
  EXPECT_NE(rig.run({"render", "/deploy", "--show-secrets"}).out.find("hunter2"),
            std::string::npos);
  const Ran json = rig.run({"render", "/deploy", "-o", "json"});
  EXPECT_EQ(json.out.find("hunter2"), std::string::npos);
  const auto parsed = codec::parse_json(json.out);
  ASSERT_TRUE(parsed);
  EXPECT_EQ((*parsed)["items"].size(), 2u);
}

TEST(Delete, TellsWhatItDid) {
  Rig rig;
  rig.answer("remove", R"({"transaction": "t-7", "applications": ["shop@dev"],
    "outcome": "committed", "cause": "", "evidence": [], "revision": "main@1", "duration": "2s"})");
  const Ran ran = rig.run({"delete", "shop@dev", "--cascade", "--delete-volumes", "--delete-crds",
                           "--as", "user:x", "--force"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_NE(ran.out.find("shop@dev: committed (t-7)"), std::string::npos) << ran.out;
  EXPECT_EQ(rig.script.remove.application, "shop");
  EXPECT_EQ(rig.script.remove.environment, "dev");
  EXPECT_TRUE(rig.script.remove.cascade && rig.script.remove.force);
  EXPECT_EQ(rig.script.remove.kinds,
            (std::vector<std::string>{"PersistentVolumeClaim", "CustomResourceDefinition"}));
  EXPECT_EQ(rig.script.remove.actor, "user:x");

  rig.answer("remove", R"({"transaction": "", "applications": ["shop@dev"],
    "outcome": "unchanged", "released": 4})");
  const Ran released = rig.run({"delete", "shop"});
  EXPECT_EQ(released.exit, 0);
  EXPECT_EQ(released.out, "shop@dev: gave up 4 objects, which are kept and belong to nobody\n");
  EXPECT_FALSE(rig.script.remove.cascade);

  rig.answer("remove", R"({"plans": [{"scopes": ["shop@dev"], "revision": null, "digest": "d",
    "differs": true, "plan": {"changes": [{"object": "Service a/b", "action": "prune", "wave": 0,
    "reason": "its application is deleted"}], "steps": [], "effects": [], "refusals": []}}]})");
  const Ran dry = rig.run({"delete", "shop", "--cascade", "--dry-run"});
  EXPECT_NE(dry.out.find("- prune     Service a/b"), std::string::npos) << dry.out;
}

}  // namespace
}  // namespace rumbo::cli_test
