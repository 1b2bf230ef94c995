// The enumeration on Kubernetes: scenario x boundary (journal append or API call) x fault, every
// tuple fired and seen to be reached, each with the ending it must have. The oracle reads the fake
// API server only.
#include <cstdio>
#include <cstdlib>
#include <gtest/gtest.h>
#include <map>
#include <set>

#include "kube_rig.h"

namespace rumbo::kubesim {
namespace {

enum class End { before, after, either };

/// Where the boundaries of the faultless run lie.
struct Shape {
  std::vector<std::string> trace;
  std::size_t begin = SIZE_MAX, prepared = SIZE_MAX, commit = SIZE_MAX;
  std::map<ObjectKey, Value> after;
};

std::size_t first_with(const std::vector<std::string>& trace, std::string_view word) {
  for (std::size_t i = 0; i < trace.size(); ++i) {
    if (trace[i].starts_with("append") && trace[i].find(word) != std::string::npos) return i;
  }
  return SIZE_MAX;
}

/// Tells each tuple and how it ended.
bool is_verbose() {
  return std::getenv("RUMBO_SIM_VERBOSE") != nullptr;
}

bool is_append(const std::string& label) {
  return label.starts_with("append");
}
bool has(const std::string& label, std::string_view word) {
  return label.find(word) != std::string::npos;
}
bool is_write(const std::string& label) {
  return (has(label, "api patch") || has(label, "api create") || has(label, "api update") ||
          has(label, "api delete")) &&
         !has(label, "dry-run") && !has(label, "selfsubject");
}
/// Rumbo's own record of its transactions.
bool is_record(const std::string& label) {
  return has(label, "rumbo-txn");
}

std::vector<Fault> faults_at(const Scenario& scenario, const std::string& label) {
  std::vector<Fault> out = {Fault::crash_before, Fault::crash_after, Fault::suspend};
  if (is_append(label)) {
    out.insert(out.end(), {Fault::disk_full, Fault::sync_failure});
    return out;
  }
  out.insert(out.end(), {Fault::not_sent, Fault::lost, Fault::throttled, Fault::throttle_storm,
                         Fault::unavailable, Fault::outage, Fault::long_outage, Fault::crash_outage,
                         Fault::unauthorized, Fault::denied, Fault::status_writer});
  if (is_write(label)) {
    out.insert(out.end(),
               {Fault::done, Fault::done_later, Fault::timeout_done, Fault::zombie_crash});
  }
  if (!scenario.foreign) return out;
  out.push_back(Fault::namespace_delete);
  if (scenario.before.empty()) {
    out.push_back(Fault::foreign_create);
  } else {
    out.insert(out.end(), {Fault::foreign_edit, Fault::foreign_addition, Fault::foreign_delete});
  }
  return out;
}

/// What the cluster must look like in the end.
End required(const Scenario& scenario, const Shape& shape, std::size_t at, Fault fault) {
  const End natural = scenario.natural == Natural::committed ? End::after : End::before;
  const auto reached = [&](std::size_t record) {
    return record != SIZE_MAX && (at > record || (at == record && fault == Fault::crash_after));
  };
  if (reached(shape.commit)) return End::after;
  const bool planning = at < shape.begin;
  switch (fault) {
    case Fault::crash_before:
    case Fault::crash_after:
    case Fault::zombie_crash:
    case Fault::sync_failure:
      return reached(shape.prepared) ? natural : End::before;
    case Fault::suspend:
      if (at == shape.commit) return End::after;
      return at >= shape.prepared ? natural : End::before;
    case Fault::disk_full:
      return End::before;
    case Fault::denied:
      // A write or a dry-run that is refused ends it; of a read that is up to the target.
      return (is_write(shape.trace[at]) || has(shape.trace[at], "dry-run")) &&
                     !is_record(shape.trace[at])
                 ? End::before
                 : End::either;
    case Fault::long_outage:
    case Fault::crash_outage:
    case Fault::foreign_edit:
    case Fault::foreign_addition:
    case Fault::foreign_delete:
    case Fault::foreign_create:
      return End::either;
    case Fault::outage:
    case Fault::throttle_storm:
      // They last about as long as the policy's timeout, which bounds what comes before PREPARED.
      return at < shape.prepared && natural == End::after ? End::either : natural;
    default:
      return planning && natural == End::after ? End::either : natural;
  }
}

struct Tally {
  std::size_t tuples = 0;
  std::map<std::string, std::size_t> endings, outcomes, boundaries;
  std::map<Fault, std::size_t> fired;
};

/// Fault point 25: with its namespace everything is gone in the end; what could not be created is
/// not committed, and what the server refuses to create is not tried again and again.
void check_emptied(const Scenario& scenario, const Ending& ending, const Shape& shape,
                   std::size_t at, const std::string& tuple) {
  for (const auto& [key, object] : ending.objects) {
    EXPECT_NE(key.ns, "shop") << tuple << ": " << key.to_string()
                              << " is in a namespace that is gone";
  }
  if (scenario.before.empty() && at <= shape.prepared) {
    EXPECT_NE(ending.last, engine::Report::Kind::committed) << tuple << ": " << ending.note;
  }
  std::map<std::string, int> creates;
  for (std::size_t i = at + 1; i < ending.trace.size(); ++i) {
    if (is_write(ending.trace[i]) && !is_record(ending.trace[i])) ++creates[ending.trace[i]];
  }
  for (const auto& [label, count] : creates) {
    EXPECT_LE(count, 5) << tuple << ": " << label << " was sent again and again";
  }
}

void check(const Scenario& scenario, const Shape& shape, std::size_t at, Fault fault,
           Tally& tally) {
  const std::string tuple = scenario.name + " [" + std::to_string(at) + "] " + shape.trace[at] +
                            " x " + std::string(to_string(fault));
  if (is_verbose()) std::fprintf(stderr, "%s\n", tuple.c_str());
  const Ending ending = KubeRig(scenario, shape.after).run(Injection{at, fault});
  ++tally.tuples;
  ASSERT_TRUE(ending.fired) << tuple << ": was not reached";
  ASSERT_GT(ending.trace.size(), at);
  EXPECT_EQ(ending.trace[at], shape.trace[at]) << tuple << ": the runs part before the fault";
  ++tally.fired[fault];
  ++tally.boundaries[shape.trace[at]];
  ++tally.outcomes[std::string(engine::to_string(ending.last))];
  ++tally.endings[ending.state.substr(0, 5)];
  const bool under_way = is_write(shape.trace[at]) && !is_record(shape.trace[at]) &&
                         at > shape.prepared && at < shape.commit;
  if (fault == Fault::crash_outage && under_way) {
    EXPECT_FALSE(ending.asked.empty())
        << tuple << ": nobody was told that the cluster does not answer";
  }
  if (is_verbose()) {
    std::fprintf(stderr, "  %s: %s: %s\n", std::string(engine::to_string(ending.last)).c_str(),
                 ending.state.c_str(), ending.note.c_str());
  }
  for (const std::string& broken : ending.broken) {
    // Before the plan read it, an edit is simply part of what was there.
    if (broken.starts_with("edit kept") && at <= shape.begin) continue;
    ADD_FAILURE() << tuple << ": " << broken;
  }
  if (fault == Fault::namespace_delete) return check_emptied(scenario, ending, shape, at, tuple);
  const bool foreign_early = at <= shape.begin && to_string(fault).starts_with("foreign");
  if (foreign_early) return;
  const bool left_behind = ending.note.find("left behind") != std::string::npos &&
                           (fault == Fault::long_outage || fault == Fault::denied);
  const End must = required(scenario, shape, at, fault);
  const std::string& state = ending.state;
  const bool right = state == "same" || left_behind || (must != End::after && state == "before") ||
                     (must != End::before && state == "after");
  EXPECT_TRUE(right) << tuple << ": must end "
                     << (must == End::before  ? "before"
                         : must == End::after ? "after"
                                              : "before or after")
                     << ", but ended " << state << " (" << engine::to_string(ending.last) << ": "
                     << ending.note << ")";
}

void print(const Tally& tally) {
  std::printf("tuples: %zu (distinct boundaries: %zu)\n", tally.tuples, tally.boundaries.size());
  std::printf("endings of the cluster:");
  for (const auto& [name, count] : tally.endings) std::printf("  %s %zu", name.c_str(), count);
  std::printf("\noutcomes recorded last:");
  for (const auto& [name, count] : tally.outcomes) std::printf("  %s %zu", name.c_str(), count);
  std::printf("\nfaults:");
  for (const auto& [fault, count] : tally.fired) {
    std::printf("  %s %zu", std::string(to_string(fault)).c_str(), count);
  }
  std::printf("\n");
}

/// Boundaries that stand for the rest: of equal ones in a scenario the first two and the last.
std::vector<std::size_t> chosen(const std::vector<std::string>& trace) {
  std::map<std::string, std::vector<std::size_t>> by_label;
  for (std::size_t i = 0; i < trace.size(); ++i) by_label[trace[i]].push_back(i);
  std::vector<std::size_t> out;
  for (const auto& [label, all] : by_label) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (i < 2 || i + 1 == all.size()) out.push_back(all[i]);
    }
  }
  std::ranges::sort(out);
  return out;
}

using Tuples = std::vector<std::pair<std::size_t, Fault>>;

/// The tuples of the normal run: every third, each boundary with other faults, and one of each
/// fault in any case; of scenarios that write nothing all, for they have few. RUMBO_SIM_FULL=1 runs
/// all.
Tuples due(const Scenario& scenario, const std::vector<std::string>& trace) {
  constexpr std::size_t kShare = 3;
  const bool all =
      std::getenv("RUMBO_SIM_FULL") != nullptr || scenario.natural == Natural::unchanged;
  Tuples out;
  std::map<Fault, std::size_t> first;
  std::set<Fault> taken;
  for (const std::size_t at : chosen(trace)) {
    for (const Fault fault : faults_at(scenario, trace[at])) {
      first.emplace(fault, at);
      if (!all && (at + static_cast<std::size_t>(fault)) % kShare != 0) continue;
      out.emplace_back(at, fault);
      taken.insert(fault);
    }
  }
  for (const auto& [fault, at] : first) {
    if (!taken.contains(fault)) out.emplace_back(at, fault);
  }
  return out;
}

/// Fault point 16: a person is asked by name, and meanwhile all the rest is as it was.
void check_asked(const Scenario& scenario, const Ending& faultless) {
  EXPECT_EQ(faultless.asked.empty(), scenario.asks.empty())
      << ::testing::PrintToString(faultless.asked);
  if (scenario.asks.empty() || faultless.asked.empty()) return;
  EXPECT_NE(faultless.asked.front().find(scenario.asks), std::string::npos)
      << faultless.asked.front();
  EXPECT_EQ(faultless.waiting.size(),
            scenario.before.size() + 2);  // the namespace, and what is held
  for (const Value& object : scenario.before) {
    const auto now = faultless.waiting.find(key_of(object));
    ASSERT_NE(now, faultless.waiting.end()) << key_of(object).to_string();
    const char* part = object.contains("data") ? "data" : "spec";
    const Value& was = object[part];
    for (const Member& member : was.members()) {
      if (member.key() == "template") continue;  // filled in by the server
      EXPECT_EQ(now->second[part][member.key()], member.value) << key_of(object).to_string();
    }
  }
}

class KubeEnumeration : public ::testing::TestWithParam<Scenario> {};

TEST_P(KubeEnumeration, EveryTupleEndsAsItMust) {
  const Scenario& scenario = GetParam();
  Ending faultless = KubeRig(scenario).run(std::nullopt);
  Shape shape{.trace = faultless.trace, .after = {}};
  if (scenario.natural == Natural::committed) shape.after = faultless.objects;
  shape.begin = first_with(shape.trace, " begin");
  shape.prepared = first_with(shape.trace, " prepared");
  shape.commit = first_with(shape.trace, " commit");
  check_asked(scenario, faultless);
  EXPECT_TRUE(faultless.broken.empty()) << ::testing::PrintToString(faultless.broken);
  const char* natural = scenario.natural == Natural::committed  ? "committed"
                        : scenario.natural == Natural::restored ? "restored"
                                                                : "refused";
  ASSERT_EQ(engine::to_string(faultless.last), natural) << faultless.note;
  // While a person is waited for it is looked at hundreds of times: too many boundaries for faults.
  if (!scenario.asks.empty()) return;
  if (is_verbose()) {
    for (std::size_t i = 0; i < shape.trace.size(); ++i) {
      std::printf("%3zu %s\n", i, shape.trace[i].c_str());
    }
  }
  Tally tally;
  for (const auto& [at, fault] : due(scenario, shape.trace)) {
    check(scenario, shape, at, fault, tally);
    if (HasFatalFailure()) return;
  }
  print(tally);
  std::size_t expected = scenario.foreign ? (scenario.before.empty() ? 22u : 24u) : 20u;
  if (scenario.natural == Natural::unchanged) expected -= 4;  // nothing is written
  EXPECT_EQ(tally.fired.size(), expected) << "a fault without a hit";
}

std::string name_of(const ::testing::TestParamInfo<Scenario>& one) {
  std::string name = one.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, KubeEnumeration, ::testing::ValuesIn(scenarios()), name_of);

}  // namespace
}  // namespace rumbo::kubesim
