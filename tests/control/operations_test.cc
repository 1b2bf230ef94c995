// The verbs: what they answer, field by field, and the rules a person meets.
#include <algorithm>
#include <gtest/gtest.h>

#include "codec/json.h"
#include "rig.h"

namespace rumbo::controltest {
namespace {

using control::LogOptions;
using control::SyncOptions;

std::string shop(const std::string& more = "") {
  return application("shop", more) + environment();
}

void expect_fields(const Value& value, std::initializer_list<const char*> fields) {
  for (const char* field : fields) EXPECT_TRUE(value.contains(field)) << field;
}

TEST(Operations, SyncAnswersInFull) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1", "after:3s"));
  std::vector<Value> events;
  SyncOptions options;
  options.actor = "user:anna";
  const auto result = rig.operations().sync(options, [&](const Value& event) {
    events.push_back(event);
    return true;
  });
  ASSERT_TRUE(result) << result.error().to_string();
  EXPECT_EQ((*result)["worst"].str(), "committed");
  const Value& one = (*result)["transactions"][0];
  expect_fields(
      one, {"transaction", "applications", "outcome", "cause", "evidence", "revision", "duration"});
  EXPECT_EQ(one["applications"][0].str(), "shop@dev");
  EXPECT_EQ(one["revision"].str(), "main@aaa1");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front()["record"]["type"].str(), "begin");
  EXPECT_EQ(events.front()["record"]["actor"].str(), "user:anna");
  EXPECT_EQ(events.back()["record"]["type"].str(), "end");
  const bool waited = std::any_of(events.begin(), events.end(), [](const Value& event) {
    return event["type"].as_string() == "waiting" &&
           event["message"].str().find("shop") != std::string::npos;
  });
  EXPECT_TRUE(waited);

  EXPECT_EQ(rig.sync("shop")["worst"].str(), "unchanged");
  EXPECT_EQ(rig.sync("shop")["transactions"][0]["transaction"].str(), "");
}

TEST(Operations, AListenerThatLeavesDoesNotStopTheWork) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  int heard = 0;
  ASSERT_TRUE(rig.operations().sync({}, [&](const Value&) { return ++heard < 2; }));
  EXPECT_EQ(heard, 2);
  EXPECT_EQ(rig.image(), "app:1");
}

TEST(Operations, ManualSyncRules) {
  Rig rig(shop("  sync: {timeout: 20s}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  const std::string bad = rig.source.commit(kShopUrl, release("shop", "app:2", "never"));
  const Value failed = rig.sync();
  EXPECT_EQ(failed["worst"].str(), "restored");
  EXPECT_FALSE(failed["transactions"][0]["evidence"].empty());
  EXPECT_EQ(rig.image(), "app:1");

  const Value refused = rig.sync();
  EXPECT_EQ(refused["worst"].str(), "refused");
  EXPECT_NE(refused["transactions"][0]["cause"].str().find("--retry-quarantined"),
            std::string::npos);
  EXPECT_EQ(rig.transactions(), 2);

  SyncOptions retry;
  retry.retry_quarantined = true;
  EXPECT_EQ(rig.sync("shop", retry)["worst"].str(), "restored");
  EXPECT_EQ(rig.transactions(), 3);

  rig.source.commit(kShopUrl, release("shop", "app:3"));
  ASSERT_EQ(rig.sync()["worst"].str(), "committed");
  SyncOptions older;
  older.revision = std::string(39, 'a') + "1";
  EXPECT_EQ(rig.sync("shop", older)["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
  older.revision = "no-such-branch";
  older.select.applications = {"shop"};
  const auto none = rig.operations().sync(older, {});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message().find("has no branch, tag or commit `no-such-branch`"),
            std::string::npos)
      << none.error().to_string();
}

TEST(Operations, PlanShowsAndBinds) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  const auto answer = rig.operations().plan({});
  ASSERT_TRUE(answer);
  const Value& plan = (*answer)["plans"][0];
  expect_fields(plan, {"scopes", "revision", "digest", "differs", "plan"});
  EXPECT_TRUE(plan["differs"].as_bool());
  bool image = false;
  for (const Value& change : plan["plan"]["changes"].items()) {
    for (const Value& field : change["fields"].items()) {
      image = image || field["after"].str() == "app:2";
    }
  }
  EXPECT_TRUE(image);
  SyncOptions dry;
  dry.dry_run = true;
  EXPECT_EQ(rig.sync("", dry)["plans"].size(), 1u);
  EXPECT_EQ(rig.image(), "app:1");

  SyncOptions bound;
  bound.expect_plan = plan["digest"].str();
  rig.world.edit({"", "ConfigMap", "shop-dev", "shop"},
                 rig.world.current[{"", "ConfigMap", "shop-dev", "shop"}].object.with_path(
                     {"data", "image"}, "edited"));
  const auto moved = rig.operations().sync(bound, {});
  ASSERT_FALSE(moved);
  EXPECT_EQ(moved.error().code(), Code::conflict);
  EXPECT_NE(moved.error().to_string().find("out of date"), std::string::npos);
  EXPECT_EQ(rig.image(), "app:1");
  const auto fresh = rig.operations().plan({});
  bound.expect_plan = (*fresh)["plans"][0]["digest"].str();
  EXPECT_EQ(rig.sync("shop", bound)["worst"].str(), "committed");
  EXPECT_FALSE((*rig.operations().plan({}))["plans"][0]["differs"].as_bool());
}

TEST(Operations, SecretsAreMaskedEverywhere) {
  Rig rig(shop());
  auto files = release("shop", "app:1");
  files["deploy/secret.yaml"] =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter2}\n";
  rig.source.commit(kShopUrl, files);
  rig.sync();
  files["deploy/secret.yaml"] =
      "apiVersion: v1\nkind: Secret\nmetadata: {name: db}\nstringData: {password: hunter3}\n";
  rig.source.commit(kShopUrl, files);
  std::string all = codec::to_json(*rig.operations().plan({}));
  rig.sync();
  all += codec::to_json(rig.status());
  all += codec::to_json(*rig.operations().history({}, 10));
  all += codec::to_json(*rig.operations().show("t-000001"));
  all += codec::to_json(*rig.operations().show("t-000002"));
  all += codec::to_json(*rig.operations().log({}));
  rig.world.remove({"", "Secret", "shop-dev", "db"});
  all += codec::to_json(*rig.operations().get("drift", {}));
  EXPECT_NE(all.find("Secret"), std::string::npos);
  EXPECT_EQ(all.find("hunter"), std::string::npos);
}

TEST(Operations, StatusAndGetShapes) {
  Rig rig(shop());
  const Value empty = rig.status();
  EXPECT_EQ(empty["applications"][0]["health"].str(), "Missing");
  EXPECT_FALSE(empty["healthy"].as_bool());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  const Value status = rig.status();
  expect_fields(status, {"applications", "sources", "daemon", "healthy", "attention"});
  expect_fields(
      status["applications"][0],
      {"application", "environment", "target", "namespace", "sync", "health", "reason", "revision",
       "wanted", "transaction", "outcome", "cause", "at", "quarantined", "held", "paused", "open"});
  EXPECT_EQ(status["applications"][0]["revision"]["name"].str(), "main@aaa1");
  EXPECT_TRUE(status["attention"].empty());
  const std::string trouble = "the new configuration is refused, the old one stays: x.yaml:1";
  control::LocalOperations daemon(rig.core(), {.config_trouble = [&] { return trouble; }});
  const auto told = daemon.status({});
  ASSERT_TRUE(told) << told.error().to_string();
  EXPECT_EQ((*told)["attention"][0].str(), trouble);
  EXPECT_TRUE((*told)["healthy"].as_bool()) << "what runs is well";
  EXPECT_EQ(status["sources"][0]["ref"].str(), "branch main");

  EXPECT_EQ((*rig.operations().get("apps", {}))["items"].size(), 1u);
  const Value environments = *rig.operations().get("environments", {});
  EXPECT_EQ(environments["items"][0]["namespace"].str(), "shop-dev");
  const Value objects = *rig.operations().get("objects", {});
  ASSERT_EQ(objects["items"].size(), 2u);
  expect_fields(objects["items"][0], {"application", "environment", "object", "kind", "namespace",
                                      "name", "health", "reason", "sync"});
  const Value images = *rig.operations().get("images", {});
  EXPECT_EQ(images["items"][0]["image"].str(), "app:1");
  EXPECT_EQ(images["items"][0]["pinned"].str(), "app@sha256:1");

  rig.world.edit(deployment_key(),
                 rig.world.current[deployment_key()].object.with_path({"spec", "replicas"}, 7));
  const Value drift = *rig.operations().get("drift", {});
  ASSERT_EQ(drift["items"].size(), 1u);
  EXPECT_EQ(drift["items"][0]["fields"][0].str(), "spec.replicas");
  EXPECT_EQ(rig.app()["sync"].str(), "OutOfSync");
  const auto wrong = rig.operations().get("object", {});
  EXPECT_NE(wrong.error().to_string().find("did you mean `objects`?"), std::string::npos);
}

TEST(Operations, HistoryShowAndLog) {
  Rig rig(shop("  sync: {timeout: 20s}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  rig.source.commit(kShopUrl, release("shop", "app:2", "never"));
  rig.sync();
  const Value history = *rig.operations().history({}, 10);
  ASSERT_EQ(history["transactions"].size(), 2u);
  const Value& newest = history["transactions"][0];
  expect_fields(newest, {"transaction", "applications", "cause", "actor", "revision", "began",
                         "ended", "duration", "outcome", "note"});
  EXPECT_EQ(newest["outcome"].str(), "restored");
  EXPECT_EQ(newest["actor"].str(), "user:anna");
  EXPECT_EQ((*rig.operations().history({}, 1))["transactions"].size(), 1u);

  const Value show = *rig.operations().show(newest["transaction"].str());
  expect_fields(show, {"abort", "steps", "records", "plan", "transaction"});
  EXPECT_EQ(show["abort"]["class"].str(), "revision");
  EXPECT_FALSE(show["abort"]["evidence"].empty());
  expect_fields(show["steps"][0], {"id", "kind", "wave", "objects", "state", "reason"});
  bool image = false;
  for (const Value& change : show["plan"]["changes"].items()) {
    for (const Value& field : change["fields"].items()) {
      image = image || field["after"].str() == "app:2";
    }
  }
  EXPECT_TRUE(image) << "the plan as it ran, from the journal";
  EXPECT_FALSE(rig.operations().show("t-999999"));

  const Value log = *rig.operations().log({});
  EXPECT_EQ(log["head"]["seq"].as_uint(), log["records"].size());
  for (const Value& record : log["records"].items()) {
    expect_fields(record,
                  {"seq", "at", "type", "txn", "actor", "step", "participant", "message", "body"});
    EXPECT_FALSE(record["message"].str().empty());
  }
  LogOptions some;
  some.after = 3;
  some.max = 2;
  const Value part = *rig.operations().log(some);
  ASSERT_EQ(part["records"].size(), 2u);
  EXPECT_EQ(part["records"][0]["seq"].as_uint(), 4u);
  LogOptions one;
  one.txn = newest["transaction"].str();
  const Value its = *rig.operations().log(one);
  EXPECT_FALSE(its["records"].empty());
  for (const Value& record : its["records"].items()) {
    EXPECT_EQ(record["txn"].str(), one.txn);
  }
  EXPECT_TRUE(rig.operations().verify_log());
}

TEST(Operations, FollowTellsWhatComes) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  std::vector<std::uint64_t> seen;
  const auto end = (*rig.operations().log({}))["head"]["seq"].as_uint();
  ASSERT_TRUE(rig.operations().follow(
      2,
      [&](const Value& event) {
        seen.push_back(event["record"]["seq"].as_uint());
        return seen.back() < end;
      },
      Cancel()));
  EXPECT_EQ(seen.front(), 3u);
  EXPECT_EQ(seen.back(), end);
  Cancel cancelled;
  cancelled.cancel();
  EXPECT_TRUE(rig.operations().follow(
      end, [](const Value&) { return true; }, cancelled));
}

TEST(Operations, SelectorsNameCloseMatches) {
  Rig rig(application("shop") + application("cart") + environment());
  const auto text = [](const auto& result) {
    return result ? std::string() : result.error().to_string();
  };
  EXPECT_NE(text(rig.operations().status({{"shp"}, ""})).find("did you mean `shop`?"),
            std::string::npos);
  EXPECT_NE(text(rig.operations().status({{"warehouse"}, ""})).find("cart, shop"),
            std::string::npos);
  EXPECT_NE(text(rig.operations().status({{}, "prod"})).find("no environment `prod`"),
            std::string::npos);
  EXPECT_TRUE(rig.operations().status({{"shop@dev"}, ""}));
}

TEST(Operations, SeveralAndTogether) {
  Rig rig(application("shop") + application("cart") + environment());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.source.down.emplace(kCartUrl, Error(Code::unavailable, "no route", Retry::later));
  const Value mixed = rig.sync();
  EXPECT_EQ(mixed["worst"].str(), "refused");
  EXPECT_EQ(mixed["transactions"].size(), 2u);
  EXPECT_EQ(rig.image("shop"), "app:1") << "the other goes through";
  rig.source.down.clear();
  rig.source.commit(kCartUrl, release("cart", "app:1"));
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  SyncOptions together;
  together.together = true;
  const Value one = rig.sync("", together);
  ASSERT_EQ(one["transactions"].size(), 1u);
  EXPECT_EQ(one["transactions"][0]["applications"].size(), 2u);
}

TEST(Operations, RollbackNamesItsGoal) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  control::RollbackOptions options;
  options.application = "shop";
  EXPECT_FALSE(rig.operations().rollback(options, {})) << "never deployed";
  rig.sync();
  EXPECT_FALSE(rig.operations().rollback(options, {})) << "nothing before it";
  for (const char* image : {"app:2", "app:3"}) {
    rig.source.commit(kShopUrl, release("shop", image));
    rig.sync();
  }
  options.to = "t-000099";
  const auto unknown = rig.operations().rollback(options, {});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().to_string().find("committed were: t-"), std::string::npos);
  EXPECT_EQ(rig.rollback("shop", "t-000001")["outcome"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ(rig.rollback("shop")["outcome"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:3") << "the last state that differs";
}

TEST(Operations, RecoverDecides) {
  Rig rig(shop("  sync: {timeout: 20s, onFailure: stop}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  rig.source.commit(kShopUrl, release("shop", "app:2", "never"));
  const Value stopped = rig.sync();
  EXPECT_EQ(stopped["worst"].str(), "needs-operator");
  EXPECT_FALSE(rig.status()["healthy"].as_bool());
  EXPECT_NE(rig.status()["attention"][0].str().find("rumbo recover"), std::string::npos);
  EXPECT_FALSE(rig.operations().recover("", "undo", "user:anna", {}));
  EXPECT_FALSE(rig.operations().recover("t-000002", "undoo", "user:anna", {}));
  const auto undone = rig.operations().recover("t-000002", "undo", "user:anna", {});
  ASSERT_TRUE(undone) << undone.error().to_string();
  EXPECT_EQ((*undone)["transactions"][0]["outcome"].str(), "restored");
  EXPECT_EQ(rig.image(), "app:1");
  EXPECT_EQ((*rig.operations().recover("", "", "user:anna", {}))["transactions"].size(), 0u);
  const auto ended = rig.operations().recover("t-000002", "undo", "user:anna", {});
  ASSERT_FALSE(ended);
  EXPECT_NE(ended.error().to_string().find("has ended: restored"), std::string::npos);
}

TEST(Operations, WhatADeadProcessLeftOpenComesFirst) {
  Rig rig(shop("  sync: {timeout: 1m}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  rig.source.commit(kShopUrl, release("shop", "app:2", "after:30s"));
  int waits = 0;
  rig.on_pause = [&] {
    if (++waits == 3) rig.core().suspend();
  };
  EXPECT_EQ(rig.sync()["worst"].str(), "suspended");
  rig.on_pause = {};
  rig.restart("", true);
  rig.source.commit(kShopUrl, release("shop", "app:3"));
  EXPECT_EQ(rig.sync()["worst"].str(), "committed");
  EXPECT_EQ(rig.image(), "app:3");
  const Value history = *rig.operations().history({}, 10);
  ASSERT_EQ(history["transactions"].size(), 3u);
  EXPECT_EQ(history["transactions"][1]["outcome"].str(), "committed") << "ended before the next";
  EXPECT_TRUE(rig.world.leftovers().empty());
}

TEST(Operations, NothingRunsOverWhatNeedsAnOperator) {
  Rig rig(shop("  sync: {timeout: 20s, onFailure: stop}\n"));
  rig.source.commit(kShopUrl, release("shop", "app:1", "never"));
  EXPECT_EQ(rig.sync()["worst"].str(), "needs-operator");
  rig.source.commit(kShopUrl, release("shop", "app:2"));
  for (int process = 0; process < 2; ++process) {
    const auto refused = rig.operations().sync({}, {});
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().to_string().find("rumbo recover t-000001"), std::string::npos)
        << refused.error().to_string();
    rig.restart();
  }
  EXPECT_EQ(rig.transactions(), 1);
}

TEST(Operations, LogsOfAWorkload) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  rig.sync();
  const auto none = [](const Value&) { return true; };
  EXPECT_TRUE(rig.operations().logs({.object = "Deployment/shop"}, none, Cancel()));
  EXPECT_TRUE(rig.operations().logs({.object = "shop"}, none, Cancel()));
  const auto wrong = rig.operations().logs({.object = "Deployment/shup"}, none, Cancel());
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().to_string().find("`Deployment/shop`?"), std::string::npos);
}

TEST(Operations, RefreshLooksAtSources) {
  Rig rig(shop());
  rig.source.commit(kShopUrl, release("shop", "app:1"));
  const Value answer = *rig.operations().refresh({});
  expect_fields(answer["sources"][0], {"url", "ref", "revision", "error"});
  EXPECT_EQ(answer["sources"][0]["revision"]["name"].str(), "main@aaa1");
  EXPECT_EQ(rig.image(), "(none)");
}

}  // namespace
}  // namespace rumbo::controltest
