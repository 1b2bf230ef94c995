#include "target/kubernetes/field_set.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

Value json(std::string_view text) {
  const auto value = codec::parse_json(text);
  EXPECT_TRUE(value) << text;
  return value.value_or(Value());
}

FieldSet fields(std::string_view text) {
  const auto set = FieldSet::parse(json(text));
  EXPECT_TRUE(set) << text << ": " << (set ? "" : set.error().to_string());
  return set.value_or(FieldSet());
}

// What an API server wrote for a Deployment of three managers.
constexpr std::string_view kDeployment = R"({
  "f:metadata": {"f:annotations": {".": {}, "f:rumbo.dev/txn": {}}, "f:labels": {"f:app": {}}},
  "f:spec": {
    "f:replicas": {},
    "f:selector": {},
    "f:template": {"f:spec": {"f:containers": {
      "k:{\"name\":\"web\"}": {
        ".": {}, "f:image": {}, "f:name": {},
        "f:args": {},
        "f:ports": {"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {
          ".": {}, "f:containerPort": {}}}}}}}}})";

constexpr std::string_view kObject = R"({
  "apiVersion": "apps/v1", "kind": "Deployment",
  "metadata": {"name": "web", "labels": {"app": "web", "team": "a"},
               "annotations": {"rumbo.dev/txn": "t1"}},
  "spec": {
    "replicas": 3, "paused": false,
    "selector": {"matchLabels": {"app": "web"}},
    "template": {"spec": {"containers": [
      {"name": "proxy", "image": "p:1"},
      {"name": "web", "image": "w:1", "args": ["a", "b"], "tty": true,
       "ports": [{"containerPort": 80, "protocol": "TCP"},
                 {"containerPort": 53, "protocol": "UDP"}]}]}}}})";

TEST(FieldSet, PrintsWhatItReads) {
  EXPECT_EQ(fields(kDeployment).to_value(), json(kDeployment));
  EXPECT_EQ(fields("{}").to_value(), json("{}"));
  EXPECT_TRUE(fields("{}").empty());
  EXPECT_TRUE(FieldSet::parse(Value()).value().empty());
  // The root is no member, and a lone "." says what {} says.
  EXPECT_EQ(fields(R"({".": {}, "f:a": {".": {}}})").to_value(), json(R"({"f:a": {}})"));
}

TEST(FieldSet, WritesElementsInOneWay) {
  EXPECT_EQ(fields(R"({"f:l": {"k:{ \"b\": 1, \"a\":\"x\" }": {}}})"),
            fields(R"({"f:l": {"k:{\"a\":\"x\",\"b\":1}": {}}})"));
  EXPECT_EQ(fields(R"({"f:l": {"v:\"\\u0061\"": {}}})"), fields(R"({"f:l": {"v:\"a\"": {}}})"));
}

TEST(FieldSet, RefusesWhatIsNone) {
  for (const char* text :
       {R"([])", R"("f:a")", R"({"f:a": 1})", R"({"a": {}})", R"({"f": {}})", R"({"x:a": {}})",
        R"({"k:": {}})", R"({"k:{}": {}})", R"({"k:[1]": {}})", R"({"k:{\"a\":1} x": {}})",
        R"({"v:": {}})", R"({"v:{": {}})", R"({"i:": {}})", R"({"i:-1": {}})", R"({"i:a": {}})",
        R"({"f:a": {"": {}}})"}) {
    EXPECT_FALSE(FieldSet::parse(json(text))) << text;
  }
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += R"({"f:a":)";
  deep += "{}" + std::string(65, '}');
  EXPECT_EQ(FieldSet::parse(json(deep)).error().code(), Code::too_large);
}

TEST(FieldSet, ProjectsAnObject) {
  EXPECT_EQ(fields(kDeployment).project(json(kObject)), json(R"({
    "metadata": {"labels": {"app": "web"}, "annotations": {"rumbo.dev/txn": "t1"}},
    "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "web"}},
      "template": {"spec": {"containers": [
        {"name": "web", "image": "w:1", "args": ["a", "b"],
         "ports": [{"containerPort": 80, "protocol": "TCP"}]}]}}}})"));
  EXPECT_EQ(FieldSet().project(json(kObject)), Value::object());
}

TEST(FieldSet, LeavesTheRest) {
  EXPECT_EQ(fields(kDeployment).without(json(kObject)), json(R"({
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"team": "a"}},
    "spec": {"paused": false, "template": {"spec": {"containers": [
      {"name": "proxy", "image": "p:1"},
      {"name": "web", "tty": true,
       "ports": [{"containerPort": 53, "protocol": "UDP"}]}]}}}})"));
  EXPECT_EQ(FieldSet().without(json(kObject)), json(kObject));
}

struct Part {
  const char* set;
  const char* object;
  const char* inside;
  const char* outside;
};

TEST(FieldSet, PartsOfObjects) {
  for (const Part& part : {
           // A member with children owns the container and those of its children.
           Part{R"({"f:l": {".": {}, "f:a": {}}})", R"({"l": {"a": 1, "b": 2}})",
                R"({"l": {"a": 1}})", R"({"l": {"b": 2}})"},
           Part{R"({"f:l": {".": {}, "f:a": {}}})", R"({"l": {}})", R"({"l": {}})", "{}"},
           Part{R"({"f:l": {"f:a": {}}})", R"({"l": {}})", "{}", R"({"l": {}})"},
           Part{R"({"f:l": {"f:a": {}}})", R"({"l": {"a": 1}})", R"({"l": {"a": 1}})", "{}"},
           Part{R"({"f:l": {"f:a": {}}})", R"({"l": "text"})", "{}", R"({"l": "text"})"},
           Part{R"({"f:l": {".": {}, "f:a": {}}})", R"({"l": null})", R"({"l": null})", "{}"},
           // Sets and lists by index.
           Part{R"({"f:f": {"v:\"b\"": {}}})", R"({"f": ["a", "b"]})", R"({"f": ["b"]})",
                R"({"f": ["a"]})"},
           Part{R"({"f:f": {"i:1": {}}})", R"({"f": ["a", "b"]})", R"({"f": ["b"]})",
                R"({"f": ["a"]})"},
           // Elements of which only fields are owned keep their keys on both sides.
           Part{R"({"f:c": {"k:{\"name\":\"a\"}": {"f:image": {}}}})",
                R"({"c": [{"name": "a", "image": "x"}]})",
                R"({"c": [{"name": "a", "image": "x"}]})", R"({"c": [{"name": "a"}]})"},
           // An element as a whole.
           Part{R"({"f:o": {"k:{\"uid\":\"1\"}": {}}})",
                R"({"o": [{"uid": "1", "kind": "X"}, {"uid": "2"}]})",
                R"({"o": [{"uid": "1", "kind": "X"}]})", R"({"o": [{"uid": "2"}]})"},
           // Keys with defaults may be missing in a manifest.
           Part{R"({"f:p": {"k:{\"port\":53,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}})",
                R"({"p": [{"port": 53, "protocol": "UDP"}, {"port": 53}]})",
                R"({"p": [{"port": 53, "protocol": "TCP"}]})",
                R"({"p": [{"port": 53, "protocol": "UDP"}]})"},
           Part{R"({"f:p": {"k:{\"port\":53,\"protocol\":\"TCP\"}": {".": {}, "f:port": {}}}})",
                R"({"p": [{"port": 53}, {"port": 53, "protocol": "TCP"}]})",
                R"({"p": [{"port": 53, "protocol": "TCP"}]})", R"({"p": [{"port": 53}]})"},
       }) {
    EXPECT_EQ(codec::to_json(fields(part.set).project(json(part.object))),
              codec::to_json(json(part.inside)))
        << part.set << " of " << part.object;
    EXPECT_EQ(codec::to_json(fields(part.set).without(json(part.object))),
              codec::to_json(json(part.outside)))
        << part.object << " without " << part.set;
  }
}

TEST(FieldSet, Algebra) {
  const FieldSet a = fields(R"({"f:a": {".": {}, "f:x": {}}, "f:b": {}})");
  const FieldSet b = fields(R"({"f:a": {"f:x": {}, "f:y": {}}, "f:c": {}})");
  EXPECT_EQ(a.union_with(b),
            fields(R"({"f:a": {".": {}, "f:x": {}, "f:y": {}}, "f:b": {}, "f:c": {}})"));
  EXPECT_EQ(a.intersection(b), fields(R"({"f:a": {"f:x": {}}})"));
  EXPECT_EQ(a.difference(b), fields(R"({"f:a": {}, "f:b": {}})"));
  EXPECT_TRUE(a.difference(a).empty());
}

TEST(FieldSet, PathsAsConflictsPrintThem) {
  const std::vector<std::string> paths = {
      R"(.metadata.annotations.rumbo.dev/txn)",
      R"(.metadata.labels.app)",
      R"(.spec.replicas)",
      R"(.spec.selector)",
      R"(.spec.template.spec.containers[name="web"].args)",
      R"(.spec.template.spec.containers[name="web"].image)",
      R"(.spec.template.spec.containers[name="web"].name)",
      R"(.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort)",
  };
  EXPECT_EQ(fields(kDeployment).paths(), paths);
  FieldSet leaves;
  for (const std::string& path : paths) {
    const auto one = FieldSet::of_path(path);
    ASSERT_TRUE(one) << one.error().to_string();
    EXPECT_EQ(one->paths(), std::vector{path});
    leaves = leaves.union_with(*one);
  }
  EXPECT_EQ(fields(kDeployment).named(paths), leaves);
  EXPECT_EQ(FieldSet::of_path(R"(.f[="a\"]b"])")->to_value(),
            json(R"({"f:f": {"v:\"a\\\"]b\"": {}}})"));
  EXPECT_EQ(FieldSet::of_path(".f[2].x")->to_value(), json(R"({"f:f": {"i:2": {"f:x": {}}}})"));
}

TEST(FieldSet, NamedKnowsNamesWithDots) {
  const FieldSet set = fields(R"({"f:spec": {"f:custom": {".": {}, "f:a.b/c": {}, "f:d": {}}}})");
  EXPECT_EQ(set.named(std::vector<std::string>{".spec.custom.a.b/c", ".spec.nothing"}),
            fields(R"({"f:spec": {"f:custom": {"f:a.b/c": {}}}})"));
  EXPECT_EQ(set.named(std::vector<std::string>{".spec.custom"}),
            fields(R"({"f:spec": {"f:custom": {}}})"));
}

TEST(FieldSet, RefusesWhatIsNoPath) {
  for (const char* path : {"", "spec", ".", "..a", ".a[", ".a[]", ".a[x]", ".a[x=]", ".a[x=\"y]",
                           ".a[=\"y\"", ".a[-1]", ".a[x=1]b", ".a[=\"\\x1\"]"}) {
    EXPECT_FALSE(FieldSet::of_path(path)) << path;
  }
}

// Objects as API servers hold them: maps, lists of keyed elements, sets of texts, atomic lists.

Value random_object(int depth) {
  std::vector<Member> members;
  const int count = *rc::gen::inRange(0, 4);
  for (int i = 0; i < count; ++i) {
    const std::string name(1, static_cast<char>('a' + *rc::gen::inRange(0, 5)));
    const int kind = depth == 0 ? 0 : *rc::gen::inRange(0, 4);
    if (kind == 0) {
      members.emplace_back(name, Value(*rc::gen::inRange(0, 9)));
    } else if (kind == 1) {
      members.emplace_back(name, random_object(depth - 1));
    } else if (kind == 2) {
      std::vector<Value> items;
      const int size = *rc::gen::inRange(1, 4);
      for (int k = 0; k < size; ++k) {
        items.push_back(random_object(depth - 1).with("name", "n" + std::to_string(k)));
      }
      members.emplace_back(name, Value::array(std::move(items)));
    } else {
      std::vector<Value> items;
      const int size = *rc::gen::inRange(1, 4);
      for (int k = 0; k < size; ++k) items.emplace_back("v" + std::to_string(k));
      members.emplace_back(name, Value::array(std::move(items)));
    }
  }
  return Value::object(std::move(members));
}

/// A set over some of an object's fields, and some that it has not.
FieldSet random_set(const Value& object) {
  FieldSet set;
  for (const Member& member : object.members()) {
    const int kind = *rc::gen::inRange(0, 4);
    if (kind == 0) continue;
    FieldSet& child = set.at(FieldSet::field(member.key()));
    if (kind == 1) {
      child.insert();
      continue;
    }
    if (member.value.is_object()) child = random_set(member.value);
    for (const Value& item : member.value.items()) {
      if (*rc::gen::arbitrary<bool>()) continue;
      if (item.is_string()) {
        child.at(FieldSet::item(item)).insert();
        continue;
      }
      FieldSet& element = child.at(FieldSet::key(Value::object({{"name", item["name"]}})));
      element = random_set(item.without("name"));
      if (*rc::gen::arbitrary<bool>() || element.empty()) {
        element.insert();
        element.at("f:name").insert();
      }
    }
    if (*rc::gen::arbitrary<bool>()) child.insert();
  }
  if (*rc::gen::inRange(0, 3) == 0) set.at("f:missing").insert();
  set.prune();
  return set;
}

/// Both parts put together again; list elements meet by name, in any order.
Value together(const Value& a, const Value& b) {
  if (a.is_object() && b.is_object()) {
    Value out = a;
    for (const Member& member : b.members()) {
      const Value* mine = a.find(member.key());
      out = out.with(member.key(), mine == nullptr ? member.value : together(*mine, member.value));
    }
    return out;
  }
  if (!a.is_array() || !b.is_array()) return a;
  std::vector<Value> items(a.items().begin(), a.items().end());
  for (const Value& item : b.items()) {
    bool met = false;
    for (Value& mine : items) {
      if (!item.is_object() || mine["name"] != item["name"]) continue;
      mine = together(mine, item);
      met = true;
    }
    if (!met) items.push_back(item);
  }
  return Value::array(std::move(items));
}

/// The same with every list in one order.
Value settled(const Value& value) {
  if (value.is_object()) {
    Value out = Value::object();
    for (const Member& member : value.members())
      out = out.with(member.key(), settled(member.value));
    return out;
  }
  if (!value.is_array()) return value;
  std::vector<Value> items;
  for (const Value& item : value.items()) items.push_back(settled(item));
  std::ranges::sort(items, {}, [](const Value& item) {
    return codec::to_json(item["name"]) + codec::to_json(item);
  });
  return Value::array(std::move(items));
}

TEST(FieldSetProperties, ReadsWhatItPrints) {
  EXPECT_TRUE(rc::check([] {
    const FieldSet set = random_set(random_object(4));
    const auto again = FieldSet::parse(set.to_value());
    RC_ASSERT(again.has_value());
    RC_ASSERT(*again == set);
  }));
}

TEST(FieldSetProperties, ProjectAndWithoutPartitionAnObject) {
  EXPECT_TRUE(rc::check([] {
    const Value object = random_object(4);
    const FieldSet set = random_set(object);
    const Value inside = set.project(object);
    const Value outside = set.without(object);
    const Value both = together(inside, outside);
    RC_LOG() << codec::to_json(object) << "\n set " << codec::to_json(set.to_value()) << "\n in  "
             << codec::to_json(inside) << "\n out " << codec::to_json(outside);
    RC_ASSERT(codec::to_json(settled(both)) == codec::to_json(settled(object)));
    RC_ASSERT(set.project(inside) == inside);
    RC_ASSERT(set.without(outside) == outside);
  }));
}

TEST(FieldSetProperties, IsAnAlgebra) {
  EXPECT_TRUE(rc::check([] {
    const Value object = random_object(4);
    const FieldSet a = random_set(object);
    const FieldSet b = random_set(object);
    RC_ASSERT(a.union_with(b) == b.union_with(a));
    RC_ASSERT(a.intersection(b) == b.intersection(a));
    RC_ASSERT(a.difference(b).union_with(a.intersection(b)) == a);
    RC_ASSERT(a.difference(b).intersection(b).empty());
    RC_ASSERT(a.union_with(b).difference(b) == a.difference(b));
  }));
}

TEST(FieldSetProperties, PathsNameTheirLeaves) {
  EXPECT_TRUE(rc::check([] {
    const FieldSet set = random_set(random_object(4));
    const std::vector<std::string> paths = set.paths();
    const FieldSet leaves = set.named(paths);
    RC_ASSERT(leaves.paths() == paths);
    for (const std::string& path : paths) {
      const auto one = FieldSet::of_path(path);
      RC_ASSERT(one.has_value());
      RC_ASSERT(one->intersection(leaves) == *one);
    }
  }));
}

}  // namespace
}  // namespace rumbo::target::kubernetes
