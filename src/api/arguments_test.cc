#include "api/arguments.h"

#include <gtest/gtest.h>

namespace rumbo::api {
namespace {

/// A value of the parameter's type; `seed` chooses which.
Value sample(const Parameter& parameter, int seed) {
  switch (parameter.type) {
    case Type::text:
      return "x&=?/ +%" + std::to_string(seed);
    case Type::flag:
      return seed % 2 == 0;
    case Type::number:
      return seed % 2 == 0 ? parameter.least : parameter.most;
    case Type::texts:
      return Value::array({"a,b", std::to_string(seed)});
  }
  return {};
}

TEST(Arguments, EveryRouteReadsWhatItsClientWrites) {
  ASSERT_GE(routes().size(), 16u);
  for (const Route& route : routes()) {
    for (int seed = 0; seed < 4; ++seed) {
      Value arguments = Value::object();
      int index = seed;
      for (const Parameter& parameter : route.parameters) {
        ++index;
        // Without some of the optional ones, too.
        if (!parameter.required && seed > 1 && index % 2 == 0) continue;
        arguments = arguments.with(parameter.name, sample(parameter, index));
      }
      const EncodedRequest encoded = encode_request(route, arguments);
      const auto match = read_request(route.method, encoded.target, encoded.body);
      ASSERT_TRUE(match) << route.id << " " << encoded.target << ": "
                         << match.error().error.to_string();
      EXPECT_EQ(match->route, &route) << encoded.target;
      EXPECT_EQ(match->arguments, arguments) << encoded.target << " " << encoded.body;
    }
  }
}

TEST(Arguments, RoutesAreDistinctAndComplete) {
  std::set<std::string> ids, places;
  for (const Route& route : routes()) {
    EXPECT_TRUE(ids.emplace(route.id).second) << route.id;
    EXPECT_TRUE(places.insert(std::string(route.method) + std::string(route.path)).second);
    EXPECT_NE(route.action, nullptr) << route.id;
    EXPECT_FALSE(route.summary.empty()) << route.id;
    std::size_t names = 0;
    for (const Parameter& parameter : route.parameters) {
      EXPECT_FALSE(parameter.description.empty()) << route.id << " " << parameter.name;
      if (parameter.where != Where::path) continue;
      ++names;
      EXPECT_NE(route.path.find("{" + std::string(parameter.name) + "}"), std::string_view::npos);
    }
    EXPECT_EQ(names,
              static_cast<std::size_t>(std::count(route.path.begin(), route.path.end(), '{')));
  }
}

TEST(Arguments, NullMeansNotGiven) {
  const auto match = read_request("POST", "/api/v1/sync", R"({"revision": null, "dryRun": true})");
  ASSERT_TRUE(match);
  EXPECT_EQ(match->arguments, Value::object({{"dryRun", true}}));
}

}  // namespace
}  // namespace rumbo::api
