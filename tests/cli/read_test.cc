// The verbs that read: tables, JSON, names, exit statuses.
#include <gtest/gtest.h>

#include "rig.h"

namespace rumbo::cli_test {
namespace {

constexpr std::string_view kHealthy = R"({
  "healthy": true, "daemon": true, "attention": [], "sources": [],
  "applications": [
    {"application": "shop", "environment": "dev", "target": "podman", "namespace": "shop-dev",
     "sync": "Synced", "health": "Ready", "reason": "",
     "revision": {"id": "1a2b3c4d", "name": "main@1a2b3c4", "subject": "Bigger shop"},
     "wanted": null, "transaction": "t-000007", "outcome": "committed", "cause": "sync",
     "at": "2023-11-14T22:08:20.000Z", "quarantined": [], "held": null, "paused": false,
     "open": null}]})";

constexpr std::string_view kUnhealthy = R"({
  "healthy": false, "daemon": false,
  "attention": ["t-000009 needs an operator"],
  "sources": [{"url": "https://git.example.com/shop.git", "ref": "branch main",
               "error": "cannot resolve the host", "at": null}],
  "applications": [
    {"application": "shop", "environment": "dev", "target": "podman", "namespace": "shop-dev",
     "sync": "OutOfSync", "health": "Failed", "reason": "Deployment web: exited with 1",
     "revision": {"name": "main@1a2b3c4"}, "outcome": "restored", "at": "2023-11-14T20:13:20Z",
     "quarantined": [{"revision": "main@9999999", "reason": "health", "transaction": "t-000008"}],
     "held": "rolled back by user:anna", "paused": false, "open": null}]})";

TEST(Status, HealthyIsATableAndZero) {
  Rig rig;
  rig.answer("status", kHealthy);
  const Ran ran = rig.run({"status"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "NAME       SYNC     HEALTH   REVISION       LAST        AGE\n"
            "shop@dev   Synced   Ready    main@1a2b3c4   committed   5m\n");
  EXPECT_EQ(ran.err, "");
  EXPECT_EQ(rig.need, app::Need::look);
}

TEST(Status, UnhealthyIsOneAndSaysWhy) {
  Rig rig;
  rig.answer("status", kUnhealthy);
  const Ran ran = rig.run({"status"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(ran.out,
            "NAME       SYNC        HEALTH   REVISION       LAST       AGE\n"
            "shop@dev   OutOfSync   Failed   main@1a2b3c4   restored   2h\n"
            "\n"
            "shop@dev: Deployment web: exited with 1\n"
            "shop@dev: held: rolled back by user:anna\n"
            "shop@dev: quarantined main@9999999: health\n"
            "source https://git.example.com/shop.git: cannot resolve the host\n"
            "! t-000009 needs an operator\n");
  EXPECT_NE(ran.err.find("no daemon is running"), std::string::npos);
}

TEST(Status, NothingIsSaidTwice) {
  Rig rig;
  rig.answer("status", R"({"healthy": false, "attention": ["a@e is Missing: never deployed"],
    "applications": [{"application": "a", "environment": "e", "health": "Missing",
                      "reason": "never deployed"}]})");
  const std::string out = rig.run({"status"}).out;
  EXPECT_EQ(out.find("never deployed"), out.rfind("never deployed")) << out;
}

TEST(Status, WithoutADaemonTheFirstProbesAreWaitedFor) {
  Rig rig;
  rig.answer("status", R"({"healthy": false, "daemon": false, "applications": [
    {"application": "a", "environment": "e", "health": "Progressing"}]})");
  EXPECT_EQ(rig.run({"status"}).exit, 1);
  EXPECT_GT(rig.script.calls.size(), 10u);
  EXPECT_EQ(rig.clock.mono().since_start, Duration(3s)) << "but not for ever";
  rig.answer("status", R"({"healthy": false, "daemon": true, "applications": [
    {"application": "a", "environment": "e", "health": "Progressing"}]})");
  rig.script.calls.clear();
  rig.run({"status"});
  EXPECT_EQ(rig.script.calls.size(), 1u);
}

TEST(Status, WideAddsColumnsAndNamesAreBare) {
  Rig rig;
  rig.answer("status", kHealthy);
  EXPECT_EQ(rig.run({"status", "-o", "wide"}).out,
            "NAME       SYNC     HEALTH   REVISION       LAST        AGE   TARGET   NAMESPACE   "
            "TRANSACTION   WANTED   CAUSE\n"
            "shop@dev   Synced   Ready    main@1a2b3c4   committed   5m    podman   shop-dev    "
            "t-000007      -        sync\n");
  EXPECT_EQ(rig.run({"status", "-o", "name"}).out, "shop@dev\n");
}

TEST(Status, ColoursOnlyOnATerminalAndNeverWhenRefused) {
  Rig rig;
  rig.answer("status", kHealthy);
  EXPECT_EQ(rig.run({"status"}).out.find('\x1b'), std::string::npos);
  rig.terminal = true;
  EXPECT_NE(rig.run({"status"}).out.find("\x1b[32mReady\x1b[0m"), std::string::npos);
  EXPECT_EQ(rig.run({"status", "--no-color"}).out.find('\x1b'), std::string::npos);
}

TEST(Status, TextFromOutsideCannotDriveTheTerminal) {
  Rig rig;
  rig.answer("status", R"({"healthy": false, "applications": [{"application": "a",
    "environment": "e", "health": "Failed", "reason": "evil \u001b[2J text"}]})");
  EXPECT_EQ(rig.run({"status"}).out.find('\x1b'), std::string::npos);
}

TEST(Status, ErrorsPrintContextAndHint) {
  Rig rig;
  rig.script.errors.emplace("status",
                            Error(Code::unavailable, "podman does not answer", Retry::later)
                                .with_context("while reading shop@dev")
                                .with_hint("start it with `podman system service`"));
  const Ran ran = rig.run({"status"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err,
            "error: while reading shop@dev: podman does not answer\n"
            "hint: start it with `podman system service`\n");
}

TEST(Get, KindsHaveColumnsOfTheirOwnAndTakeSingulars) {
  Rig rig;
  rig.answer("get", R"({"kind": "objects", "items": [
    {"application": "shop", "environment": "dev", "object": "Deployment.apps shop-dev/web",
     "kind": "Deployment", "namespace": "shop-dev", "health": "Progressing",
     "reason": "1 of 2 ready", "sync": "Synced"}]})");
  const Ran ran = rig.run({"get", "object", "shop@dev"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "APPLICATION   OBJECT                         SYNC     HEALTH        REASON\n"
            "shop@dev      Deployment.apps shop-dev/web   Synced   Progressing   1 of 2 ready\n");
  EXPECT_EQ(rig.script.calls, std::vector<std::string>{"get objects"});
  EXPECT_EQ(rig.script.select.applications, std::vector<std::string>{"shop"});
  EXPECT_EQ(rig.run({"get", "objects", "-o", "name"}).out, "Deployment.apps shop-dev/web\n");
}

TEST(Get, NothingIsSaidOnStderrOnly) {
  Rig rig;
  rig.answer("get", R"({"kind": "drift", "items": []})");
  const Ran ran = rig.run({"get", "drift"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out, "");
  EXPECT_EQ(ran.err, "no drift\n");
  EXPECT_EQ(rig.run({"get", "drift", "-q"}).err, "");
}

TEST(Wait, EndsWhenHealthyAndOneWhenTimeIsOver) {
  Rig rig;
  rig.answer("status", kHealthy);
  EXPECT_EQ(rig.run({"wait", "shop"}).exit, 0);
  EXPECT_EQ(rig.script.calls.size(), 1u);
  rig.answer("status", kUnhealthy);
  const MonoTime before = rig.clock.mono();
  const Ran ran = rig.run({"wait", "--timeout", "10s"});
  EXPECT_EQ(ran.exit, 1);
  EXPECT_EQ(rig.clock.mono() - before, Duration(10s));
  EXPECT_NE(ran.err.find("still not healthy after 10s"), std::string::npos) << ran.err;
  EXPECT_NE(ran.err.find("exited with 1"), std::string::npos) << ran.err;
}

TEST(History, TableJsonAndNamesFromTheJournalAlone) {
  Rig rig;
  rig.answer("history", R"({"transactions": [
    {"transaction": "t-000008", "applications": ["shop@dev"], "cause": "sync",
     "actor": "user:anna", "revision": "main@9999999", "began": "2023-11-14T22:12:20Z",
     "ended": "2023-11-14T22:12:30Z", "duration": "10s", "outcome": "restored", "note": "x"}]})");
  const Ran ran = rig.run({"history", "--max", "5"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "TRANSACTION   OUTCOME    CAUSE   APPLICATIONS   REVISION       ACTOR       AGE   "
            "DURATION\n"
            "t-000008      restored   sync    shop@dev       main@9999999   user:anna   60s   "
            "10s\n");
  EXPECT_EQ(rig.script.calls, std::vector<std::string>{"history 5"});
  EXPECT_EQ(rig.need, app::Need::journal);
  EXPECT_EQ(rig.run({"history", "-o", "name"}).out, "t-000008\n");
}

TEST(Show, TellsCauseEvidenceAndSteps) {
  Rig rig;
  rig.answer("show", R"({"transaction": "t-000008", "outcome": "restored",
    "applications": ["shop@dev"], "cause": "sync", "actor": "user:anna",
    "abort": {"class": "revision", "cause": "Deployment web: exited with 1",
              "evidence": ["panic: no database"]},
    "steps": [{"id": 0, "kind": "stage", "wave": 0, "objects": 1, "state": "undone",
               "reason": "new"}],
    "records": [{"seq": 3, "at": "2023-11-14T22:12:20Z", "type": "begin", "txn": "t-000008",
                 "message": "sync of shop@dev"}]})");
  const Ran ran = rig.run({"show", "t-000008", "--records"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "Transaction:  t-000008\n"
            "Outcome:      restored\n"
            "Applications: shop@dev\n"
            "Cause:        sync\n"
            "Actor:        user:anna\n"
            "\n"
            "Failure (revision): Deployment web: exited with 1\n"
            "  | panic: no database\n"
            "\n"
            "STEP   KIND    WAVE   STATE    OBJECTS   REASON\n"
            "0      stage   0      undone   1         new\n"
            "\n"
            "     3  22:12:20  begin          t-000008  sync of shop@dev\n");
}

TEST(Log, FollowsAfterWhatWasPrinted) {
  Rig rig;
  rig.answer("log", R"({"records": [{"seq": 4, "at": "2023-11-14T22:12:20Z", "type": "commit",
    "txn": "t-000001", "message": "committed"}], "head": {"seq": 4, "hash": "sha256:aa"}})");
  rig.event(R"({"type": "record", "record": {"seq": 5, "at": "2023-11-14T22:12:21Z",
    "type": "end", "txn": "t-000001", "message": "ended"}})");
  rig.event(R"({"type": "record", "record": {"seq": 6, "type": "begin", "txn": "t-000002"}})");
  const Ran ran = rig.run({"log", "--follow", "--txn", "t-000001"});
  EXPECT_EQ(ran.exit, 0);
  EXPECT_EQ(ran.out,
            "     4  22:12:20  commit         t-000001  committed\n"
            "     5  22:12:21  end            t-000001  ended\n");
  EXPECT_EQ(rig.script.calls, (std::vector<std::string>{"log", "follow 4"}));
  EXPECT_EQ(rig.script.log.txn, "t-000001");
}

TEST(Log, VerifyTellsTheHeadAndABrokenChainIsAnError) {
  Rig rig;
  rig.answer("verify", R"({"records": 12, "head": {"seq": 12, "hash": "sha256:aa"}})");
  EXPECT_EQ(rig.run({"log", "--verify"}).out, "intact: 12 records, head 12 sha256:aa\n");
  rig.script.errors.emplace("verify", Error(Code::corrupt, "record 7 does not match its hash"));
  const Ran ran = rig.run({"log", "--verify"});
  EXPECT_EQ(ran.exit, 2);
  EXPECT_EQ(ran.err, "error: record 7 does not match its hash\n");
}

TEST(Logs, LinesOfAnObject) {
  Rig rig;
  rig.event(R"({"line": "hello"})");
  const Ran ran = rig.run({"logs", "shop@dev", "Deployment/web", "-c", "app", "--tail", "5"});
  EXPECT_EQ(ran.out, "hello\n");
  EXPECT_EQ(rig.script.calls, std::vector<std::string>{"logs Deployment/web app 5"});
  EXPECT_EQ(rig.script.select.environment, "dev");
  rig.run({"logs", "web"});
  EXPECT_EQ(rig.script.calls.back(), "logs web  100");
  EXPECT_TRUE(rig.script.select.applications.empty());
}

TEST(Logs, SeveralContainersAreToldApartAndFlagsReachTheOperation) {
  Rig rig;
  rig.event(R"({"line": "a", "pod": "web-0", "container": "app", "several": true})");
  rig.event(R"({"line": "b", "pod": "web-1", "container": "app", "several": true})");
  const Ran ran = rig.run({"logs", "shop@dev", "-p", "--timestamps", "--since", "10m", "--tail",
                           "all", "--all-containers"});
  EXPECT_EQ(ran.exit, 0) << ran.err;
  EXPECT_EQ(ran.out, "[web-0/app] a\n[web-1/app] b\n");
  EXPECT_EQ(rig.script.logs.object, "") << "an application as a whole";
  EXPECT_EQ(rig.script.select.applications, std::vector<std::string>{"shop"});
  EXPECT_EQ(rig.script.select.environment, "dev");
  EXPECT_TRUE(rig.script.logs.previous && rig.script.logs.timestamps);
  EXPECT_TRUE(rig.script.logs.all_containers);
  EXPECT_EQ(rig.script.logs.tail, -1);
  ASSERT_TRUE(rig.script.logs.since);
  EXPECT_EQ(to_rfc3339(*rig.script.logs.since), "2023-11-14T22:03:20.000Z");
  rig.terminal = true;
  EXPECT_NE(rig.run({"logs", "shop@dev"}).out.find("\x1b["), std::string::npos);
  rig.terminal = false;
  rig.run({"logs"});
  EXPECT_EQ(rig.script.calls.back(), "logs   100");
}

}  // namespace
}  // namespace rumbo::cli_test
