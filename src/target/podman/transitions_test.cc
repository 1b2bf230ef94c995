// What each step means for the record: the same words as the simulated host, plus pods.
#include "target/podman/transitions.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "io/fake/memory_filesystem.h"
#include "target/podman/net/dual_stack.h"
#include "target/podman/record_store.h"
#include "target/podman/routes.h"

namespace rumbo::target::podman {
namespace {

using State = Sighting::State;

const InstallationId kInstall{"0123456789ab"};
const ObjectKey kWeb{"apps", "Deployment", "dev", "web"};
const ObjectKey kService{"", "Service", "dev", "web"};

Value json(const std::string& text) {
  auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << value.error().to_string();
  return value ? *value : Value();
}

Value deployment(const std::string& image, int replicas = 2) {
  return json(R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web",
    "namespace":"dev"},"spec":{"replicas":)" +
              std::to_string(replicas) +
              R"(,"template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[
    {"name":"app","image":")" +
              image + R"(","ports":[{"name":"http","containerPort":8080}]}]}}}})");
}

Value service() {
  return json(R"({"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"dev"},
    "spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":"http"}]}})");
}

Fence fence_of(const std::string& txn) {
  return {kInstall, TxnId{txn}, 1, 1};
}

/// The item a plan would make of this object now.
Item item_of(const Record& record, const Value& object) {
  Item item;
  item.key = key_of(object);
  item.scope = {"shop", "dev", TargetId{"podman"}};
  item.want_object = object;
  if (const Thing* now = record.find_current(item.key)) {
    item.pre.absent = false;
    item.pre.uid = now->uid;
    item.pre.object = now->object;
  }
  return item;
}

class TransitionsTest : public ::testing::Test {
 protected:
  TransitionsTest() {
    record_.networks["dev"] = {"rumbo-dev", "rmb0"};
    EXPECT_TRUE(allocate_network(record_.addresses, {}, "rumbo-dev", {}));
    EXPECT_TRUE(allocate_virtual(record_.addresses, {}, "dev/web", "", {}));
  }

  Step step_of(StepKind kind, const std::vector<Value>& objects) {
    Step step;
    step.kind = kind;
    for (const Value& object : objects) step.items.push_back(item_of(record_, object));
    return step;
  }
  Step staged(const std::string& txn, const Value& object) {
    Step step = step_of(StepKind::stage, {object});
    EXPECT_TRUE(stage(record_, step.items[0], fence_of(txn), {}));
    return step;
  }
  void commit(const std::string& txn, const std::vector<Value>& objects) {
    std::vector<ObjectKey> keys;
    for (const Value& object : objects) {
      staged(txn, object);
      keys.push_back(key_of(object));
    }
    switch_over(record_, TxnId{txn}, keys);
    retire(record_, TxnId{txn}, keys, {});
  }
  State see(const Step& step, const std::string& txn) {
    return sight(record_, step, fence_of(txn)).state;
  }
  int serving() {
    const auto table = table_of(record_, {}, [](const Replica&) { return true; });
    return table.routes.empty() ? 0 : static_cast<int>(table.routes[0].backends.size());
  }

  Record record_;
};

TEST_F(TransitionsTest, ServicesAreInTheTablesOfTheirFamilies) {
  const auto table = [&](Family family) {
    Marker marker;
    marker.install = kInstall.value;
    return table_of(
        record_, marker, [](const Replica&) { return true; }, family);
  };
  const auto with_policy = [](const char* policy) {
    const Value plain = service();
    return plain.with("spec", plain["spec"].with("ipFamilyPolicy", policy));
  };
  commit("t-1", {deployment("app:1"), with_policy("PreferDualStack")});
  // A network with IPv4 alone: a record as an older version writes it, and reads it.
  EXPECT_TRUE(table(Family::ipv6).routes.empty());
  EXPECT_EQ(service_names(record_).size(), 1U);
  EXPECT_EQ(to_value(record_)["format"].as_int(), 1);
  ASSERT_TRUE(choose_range6(record_.addresses, "fd12:3456:789a::/48", {}));
  ASSERT_TRUE(add_range6(record_.addresses, "rumbo-dev"));
  const Value written = to_value(record_);
  EXPECT_EQ(written["format"].as_int(), 2) << "an older version would serve half of it";
  const auto read = record_from(written);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->addresses, record_.addresses);

  const Table six = table(Family::ipv6);
  EXPECT_EQ(six.virtual_range, "fd12:3456:789a::/64");
  ASSERT_EQ(six.routes.size(), 1U);
  EXPECT_EQ(six.routes[0].address, "fd12:3456:789a::ae7:1");
  ASSERT_EQ(six.routes[0].backends.size(), 2U);
  EXPECT_EQ(six.routes[0].backends[0].address, "fd12:3456:789a:e800::ae8:2");
  EXPECT_TRUE(render(six).has_value());
  EXPECT_EQ(table(Family::ipv4).routes.size(), 1U);
  EXPECT_EQ(service_names(record_).size(), 2U);
  EXPECT_EQ(endpoint_names(record_, [](const Replica&) { return true; }).size(), 0U);

  commit("t-2", {with_policy("SingleStack")});
  EXPECT_TRUE(table(Family::ipv6).routes.empty()) << "as by default";
  EXPECT_EQ(table(Family::ipv4).routes.size(), 1U);
  EXPECT_EQ(service_names(record_).size(), 1U);
}

TEST_F(TransitionsTest, StagesBesideAndSwitchesAtOnce) {
  commit("t-1", {deployment("app:1"), service()});
  EXPECT_EQ(serving(), 2);
  const Step step = staged("t-2", deployment("app:2", 3));
  EXPECT_EQ(record_.replicas.size(), 5U);
  EXPECT_EQ(serving(), 2) << "unserved before the switch";
  const Step move = step_of(StepKind::switch_over, {deployment("app:2", 3)});
  EXPECT_EQ(see(move, "t-2"), State::not_applied);
  ASSERT_TRUE(can_switch(record_, move, fence_of("t-2")));
  switch_over(record_, TxnId{"t-2"}, {kWeb});
  EXPECT_EQ(see(move, "t-2"), State::applied);
  EXPECT_EQ(see(step, "t-2"), State::applied);
  EXPECT_EQ(serving(), 3);
  retire(record_, TxnId{"t-2"}, {kWeb}, {});
  EXPECT_EQ(record_.leaving.size(), 1U);
  EXPECT_TRUE(record_.replaced.empty());
}

TEST_F(TransitionsTest, APodThatWillNotStartMovesToAnotherAddress) {
  staged("t-1", deployment("a"));
  const Replica before = record_.replicas.begin()->second;
  ASSERT_TRUE(move_replica(record_, before.name));
  const Replica after = record_.replicas.at(before.name);
  EXPECT_NE(after.address, before.address);
  EXPECT_EQ(record_.replicas.size(), 2U);
  std::set<std::string> held;
  for (const auto& [name, replica] : record_.replicas) held.insert(replica.address);
  EXPECT_EQ(held.size(), 2U) << "no two pods at one address";
  EXPECT_FALSE(held.contains(before.address));
  EXPECT_TRUE(move_replica(record_, "gone")) << "a pod that left needs none";
}

TEST_F(TransitionsTest, EveryTransitionMayBeRepeated) {
  commit("t-1", {deployment("app:1"), service()});
  const Step step = staged("t-2", deployment("app:2"));
  const std::string once = codec::to_json(to_value(record_));
  ASSERT_TRUE(stage(record_, step.items[0], fence_of("t-2"), {}));
  EXPECT_EQ(codec::to_json(to_value(record_)), once);
  switch_over(record_, TxnId{"t-2"}, {kWeb});
  const std::string moved = codec::to_json(to_value(record_));
  switch_over(record_, TxnId{"t-2"}, {kWeb});
  ASSERT_TRUE(stage(record_, step.items[0], fence_of("t-2"), {})) << "switched to already";
  EXPECT_EQ(codec::to_json(to_value(record_)), moved);
}

TEST_F(TransitionsTest, UndoGivesThePreImageBack) {
  commit("t-1", {deployment("app:1"), service()});
  const Thing before = *record_.find_current(kWeb);
  const Step step = staged("t-2", deployment("app:2"));
  switch_over(record_, TxnId{"t-2"}, {kWeb});
  switch_back(record_, TxnId{"t-2"}, {kWeb});
  EXPECT_EQ(record_.find_current(kWeb)->revision, before.revision);
  unstage(record_, TxnId{"t-2"}, kWeb, {});
  EXPECT_EQ(see(step, "t-2"), State::not_applied);
  EXPECT_EQ(record_.find_current(kWeb)->object, before.object);
  EXPECT_TRUE(record_.staged.empty());
  for (const Replica* replica : record_.replicas_of(before.revision)) {
    EXPECT_FALSE(replica->leaving);
  }
}

TEST_F(TransitionsTest, UndoOfACreationLeavesNothingCurrent) {
  staged("t-1", deployment("app:1"));
  switch_over(record_, TxnId{"t-1"}, {kWeb});
  switch_back(record_, TxnId{"t-1"}, {kWeb});
  unstage(record_, TxnId{"t-1"}, kWeb, {});
  EXPECT_TRUE(record_.current.empty());
  EXPECT_EQ(serving(), 0);
}

TEST_F(TransitionsTest, ForeignChangesConflict) {
  commit("t-1", {deployment("app:1")});
  const Item old = item_of(record_, deployment("app:3"));
  commit("t-2", {deployment("app:2")});
  const auto late = stage(record_, old, fence_of("t-3"), {});
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code(), Code::conflict);
}

TEST_F(TransitionsTest, AnUnchangedWorkloadRestartsInNewPods) {
  commit("t-1", {deployment("app:1")});
  const Thing before = *record_.find_current(kWeb);
  staged("t-2", deployment("app:1"));
  const Thing& after = record_.staged.begin()->second;
  EXPECT_NE(after.revision, before.revision);
  EXPECT_EQ(after.uid, before.uid);
  EXPECT_EQ(after.generation, before.generation);
}

TEST_F(TransitionsTest, OldPodsReadTheirOldConfiguration) {
  const auto config = [](const std::string& text) {
    return json(R"({"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"dev"},
      "data":{"a":")" +
                text + R"("}})");
  };
  const ObjectKey key = key_of(config(""));
  const auto reads = [&](const std::string& revision) {
    return config_in(record_, view_of(record_, revision), key)->object["data"]["a"].str();
  };
  commit("t-1", {config("one"), deployment("app:1")});
  const std::string old = record_.find_current(kWeb)->revision;
  staged("t-2", config("two"));
  staged("t-2", deployment("app:1"));
  const std::string next = record_.staged.at({TxnId{"t-2"}, kWeb}).revision;
  EXPECT_EQ(reads(old), "one");
  EXPECT_EQ(reads(next), "two");
  switch_over(record_, TxnId{"t-2"}, {kWeb, key});
  EXPECT_EQ(reads(old), "one");
  EXPECT_EQ(reads(next), "two");
}

TEST_F(TransitionsTest, StoppedPodsAreServedByBothGenerationsUntilTheSwitch) {
  commit("t-1", {deployment("app:1", 1), service()});
  record_.current.at(kWeb).stopped = true;
  staged("t-2", deployment("app:2", 1));
  EXPECT_EQ(serving(), 2);
  switch_over(record_, TxnId{"t-2"}, {kWeb});
  EXPECT_EQ(serving(), 1);
}

TEST_F(TransitionsTest, AStagedPodSeesTheStagedService) {
  commit("t-1", {deployment("app:1", 1), service()});
  staged("t-2", deployment("app:2", 2));
  const auto table = table_of(record_, {}, [](const Replica&) { return true; });
  ASSERT_EQ(table.stages.size(), 1U);
  EXPECT_EQ(table.stages[0].sources.size(), 2U);
  ASSERT_EQ(table.stages[0].routes.size(), 1U);
  EXPECT_EQ(table.stages[0].routes[0].backends.size(), 2U);
  ASSERT_EQ(table.routes.size(), 1U);
  EXPECT_EQ(table.routes[0].backends.size(), 1U);
}

TEST_F(TransitionsTest, OlderAttemptsAreFenced) {
  Fence newer = fence_of("t-1");
  newer.attempt = 2;
  raise_fence(record_, newer);
  EXPECT_FALSE(check_fence(record_, fence_of("t-1")));
  EXPECT_TRUE(check_fence(record_, newer));
  EXPECT_TRUE(check_fence(record_, fence_of("t-2")));
}

TEST_F(TransitionsTest, PruneOnlyTakesWhatThePlanSaw) {
  commit("t-1", {deployment("app:1"), service()});
  Item item = item_of(record_, service());
  item.pre.uid = "another";
  prune(record_, item, {});
  EXPECT_NE(record_.find_current(kService), nullptr);
  item = item_of(record_, service());
  prune(record_, item, {});
  release_unused_addresses(record_);
  EXPECT_EQ(record_.find_current(kService), nullptr);
  EXPECT_TRUE(record_.addresses.virtuals.empty());
}

TEST_F(TransitionsTest, TheRecordReadsBackAsItWasWritten) {
  commit("t-1", {deployment("app:1"), service()});
  staged("t-2", deployment("app:2"));
  record_.reservations[TxnId{"t-2"}] = json(R"({"services":["dev/web"]})");
  record_.pending = PendingSwitch{TxnId{"t-2"}, 3, 9, true, {kWeb}, "boot"};
  record_.host_changes.push_back({HostChange::Kind::route, "local 10.0.0.0/8 dev lo", "", "x"});
  raise_fence(record_, fence_of("t-2"));
  record_.current.at(kWeb).pins["app:1"] = "app@sha256:1";
  const Value written = to_value(record_);
  const auto read = record_from(written);
  ASSERT_TRUE(read) << read.error().to_string();
  EXPECT_EQ(codec::to_json(to_value(*read)), codec::to_json(written));
  EXPECT_FALSE(record_from(written.with("format", 99)));
}

TEST(RecordStore, ShowsOnlyWhatIsDurable) {
  io::fake::MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories("/t", 0700));
  ASSERT_TRUE(files.sync_directory("/"));
  auto store = RecordStore::open(files, "/t/record.json");
  ASSERT_TRUE(store) << store.error().to_string();
  const auto put = [&](std::uint64_t clock) {
    return (*store)->change([clock](Record& record) -> Result<> {
      record.clock = clock;
      return {};
    });
  };
  ASSERT_TRUE(put(7));
  const auto refused = (*store)->change([](Record& record) -> Result<> {
    record.clock = 8;
    return fail(Code::conflict, "no");
  });
  EXPECT_FALSE(refused);
  EXPECT_EQ((*store)->read()->clock, 7U);

  files.set_limit(files.used());
  const auto full = put(9);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().retry(), Retry::later);
  EXPECT_EQ((*store)->read()->clock, 7U);
  files.set_limit(std::nullopt);

  files.crash(io::fake::Keep::none);
  const auto again = RecordStore::open(files, "/t/record.json");
  ASSERT_TRUE(again) << again.error().to_string();
  EXPECT_EQ((*again)->read()->clock, 7U);
}

TEST(RecordStore, ABrokenFileIsNotTakenForAnEmptyOne) {
  io::fake::MemoryFileSystem files;
  ASSERT_TRUE(files.make_directories("/t", 0700));
  ASSERT_TRUE(files.write_atomic("/t/record.json", "{\"format\":"));
  const auto store = RecordStore::open(files, "/t/record.json");
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().code(), Code::corrupt);
}

}  // namespace
}  // namespace rumbo::target::podman
