#include "target/podman/external_names.h"

#include <gtest/gtest.h>

namespace rumbo::target::podman {
namespace {

Record record_with(const std::string& host) {
  Record record;
  Thing thing;
  const Value spec = Value::object({{"externalName", host}, {"type", "ExternalName"}});
  thing.object = Value::object({{"kind", "Service"}, {"spec", spec}});
  record.current[{"", "Service", "shop", "db"}] = thing;
  record.addresses.virtuals["other/web"] = "10.231.0.9";
  return record;
}

TEST(ExternalNames, MeansServicesOfThisHost) {
  EXPECT_EQ(service_meant("web.other.svc.cluster.local"), "other/web");
  EXPECT_EQ(service_meant("web.other.svc.cluster.local."), "other/web");
  EXPECT_EQ(service_meant("web.other.svc"), "other/web");
  EXPECT_EQ(service_meant("a.web.other.svc"), "");
  EXPECT_EQ(service_meant("db.example.org"), "");
  ExternalNames names;
  const auto answer = names.names(record_with("web.other.svc"), MonoTime{});
  ASSERT_EQ(answer.names.size(), 1U);
  EXPECT_EQ(answer.names[0].address, "10.231.0.9");
  EXPECT_TRUE(answer.ask.empty());
}

TEST(ExternalNames, LooksUpAgainAndKeepsWhatItKnew) {
  const Record record = record_with("db.example.org");
  ExternalNames names;
  MonoTime now;
  EXPECT_EQ(names.names(record, now).ask, std::vector<std::string>{"db.example.org"});
  EXPECT_TRUE(names.names(record, now).ask.empty()) << "it is asked already";
  names.learn("db.example.org", std::vector<std::string>{"192.0.2.1", "192.0.2.2"}, now);
  const auto known = names.names(record, now);
  ASSERT_EQ(known.names.size(), 2U);
  EXPECT_EQ(known.names[0], (ServiceName{"db", "shop", "192.0.2.1"}));
  EXPECT_EQ(known.due, now + 30s);
  now = known.due;
  EXPECT_EQ(names.names(record, now).ask.size(), 1U);
  names.learn("db.example.org", fail(Code::unavailable, "no answer"), now);
  EXPECT_EQ(names.names(record, now).names.size(), 2U) << "no answer takes nothing away";
  EXPECT_EQ(names.names(record, now).due, now + 5s);
  EXPECT_TRUE(names.names(Record(), now).names.empty());
}

}  // namespace
}  // namespace rumbo::target::podman
