// The JSON Schema organisation's own test suite, read at $RUMBO_JSON_SCHEMA_SUITE: what
// json_schema_suite.sh fetched, or a checkout of json-schema-org/JSON-Schema-Test-Suite. Prints
// `json_schema_suite/DRAFT: N of M`.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>

#include "base/strings.h"
#include "codec/json.h"
#include "codec/json_schema.h"
#include "table.h"

namespace rumbo::conformance {
namespace {

namespace fs = std::filesystem;
using codec::Draft;
using codec::JsonSchema;

Value read_json(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  auto parsed = codec::parse_json(text);
  if (!parsed) ADD_FAILURE() << path << ": " << parsed.error().to_string();
  return parsed ? *std::move(parsed) : Value();
}

/// All .json files in the folder itself, or below it, too.
std::vector<fs::path> json_files(const fs::path& folder, bool below) {
  std::vector<fs::path> files;
  for (auto it = fs::recursive_directory_iterator(folder); it != fs::recursive_directory_iterator();
       ++it) {
    if (it->is_directory() && !below) it.disable_recursion_pending();
    if (it->path().extension() == ".json") files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

/// What the suite wants to find at http://localhost:1234.
std::map<std::string, Value, std::less<>> remotes(const fs::path& root) {
  std::map<std::string, Value, std::less<>> documents;
  for (const fs::path& path : json_files(root, true)) {
    documents.emplace("http://localhost:1234/" + fs::relative(path, root).string(),
                      read_json(path));
  }
  return documents;
}

std::string id_of(std::string_view text) {
  std::string id;
  for (const char c : text) id += c == ' ' || c == '/' ? '_' : c;
  return id;
}

void run_group(Check& check, const std::string& name, const Value& group,
               const codec::SchemaContext& context) {
  const auto schema = JsonSchema::compile(group["schema"], "http://localhost/suite.json", context);
  for (const Value& test : group["tests"].items()) {
    const std::string id =
        name + "/" + id_of(group["description"].str() + "/" + test["description"].str());
    if (!schema) {
      check.record(id, false, schema.error().message());
      continue;
    }
    const auto findings = schema->check(test["data"]);
    check.record(id, findings.empty() == test["valid"].as_bool(),
                 codec::to_json(group["schema"]) + " " + codec::to_json(test["data"]) + "\n" +
                     codec::print_findings(findings));
  }
}

class JsonSchemaSuite : public testing::TestWithParam<std::pair<const char*, Draft>> {};

TEST_P(JsonSchemaSuite, RequiredTests) {
  const char* folder = std::getenv("RUMBO_JSON_SCHEMA_SUITE");
  if (folder == nullptr || *folder == '\0') {
    GTEST_SKIP() << "RUMBO_JSON_SCHEMA_SUITE is not set: the suite is not here";
  }
  const auto& [name, draft] = GetParam();
  const codec::SchemaContext context{draft, remotes(fs::path(folder) / "remotes")};
  Check check(std::string("json_schema_suite/") + name);
  for (const fs::path& path : json_files(fs::path(folder) / "tests" / name, false)) {
    const Value groups = read_json(path);
    for (const Value& group : groups.items()) {
      run_group(check, "suite/" + path.stem().string(), group, context);
    }
  }
  check.finish();
}

INSTANTIATE_TEST_SUITE_P(
    Drafts, JsonSchemaSuite,
    testing::Values(std::pair{"draft4", Draft::v4}, std::pair{"draft6", Draft::v6},
                    std::pair{"draft7", Draft::v7}, std::pair{"draft2019-09", Draft::v2019},
                    std::pair{"draft2020-12", Draft::v2020}),
    [](const auto& draft) { return rumbo::replace_all(draft.param.first, "-", "_"); });

}  // namespace
}  // namespace rumbo::conformance
