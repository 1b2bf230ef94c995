#include "table.h"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <limits>

#include "base/strings.h"
#include "codec/base64.h"
#include "codec/json.h"

namespace rumbo::conformance {
namespace {

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

Value untype_number(const Value& text) {
  const std::string word = text.str();
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return std::strtod(word.c_str(), nullptr);
}

Value byte_list(const Value& base64) {
  std::vector<Value> numbers;
  const std::string bytes = codec::base64_decode(base64.as_string()).value();
  for (const std::uint8_t byte : as_bytes(bytes)) {
    numbers.emplace_back(byte);
  }
  return Value::array(std::move(numbers));
}

/// A key of any type as the text under which Rumbo holds it.
std::string key_text(const Value& key) {
  if (key.is_string()) return key.str();
  if (key.kind() == Value::Kind::real && std::isinf(key.as_double())) {
    return key.as_double() > 0 ? ".inf" : "-.inf";
  }
  return codec::to_json(key);
}

/// `{"$int": "7"}` and its like; nullopt for an ordinary object.
std::optional<Value> untype_special(const Value& typed, Bytes bytes) {
  if (typed.size() != 1) return std::nullopt;
  const Member& only = typed.members().front();
  const std::string_view kind = only.key();
  if (kind == "$float64" || kind == "$float32") return untype_number(only.value);
  if (kind.starts_with("$int") || kind.starts_with("$uint")) {
    if (only.value.is_string()) return codec::parse_json(only.value.as_string()).value();
  }
  if (kind == "$ints" || kind == "$strings" || kind == "$mapss") return only.value;
  if (kind == "$time") return only.value;
  if (kind == "$bytes") return bytes == Bytes::base64 ? only.value : byte_list(only.value);
  if (kind == "$map") {
    std::vector<Member> members;
    for (const Value& pair : only.value.items()) {
      members.emplace_back(key_text(untype(pair[0], bytes)), untype(pair[1], bytes));
    }
    return Value::object(std::move(members));
  }
  return std::nullopt;
}

std::map<std::string, std::string> known_differences(const std::string& check) {
  std::map<std::string, std::string> known;
  std::ifstream in(RUMBO_SOURCE_DIR "/tests/conformance/known_differences.txt");
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with(check + "/")) continue;
    const std::size_t blank = line.find(' ');
    const std::string reason = blank == line.npos ? "" : std::string(trim(line.substr(blank)));
    EXPECT_FALSE(reason.empty()) << line << ": a known difference needs a reason";
    known[line.substr(0, blank)] = reason;
  }
  return known;
}

}  // namespace

std::optional<Value> read_table(const std::string& name) {
  const char* corpus = std::getenv("RUMBO_CORPUS");
  if (corpus == nullptr || *corpus == '\0') return std::nullopt;
  const std::string path = std::string(corpus) + "/tables/" + name + ".json";
  const auto text = read_file(path);
  if (!text) {
    ADD_FAILURE() << path << " cannot be read";
    return Value();
  }
  auto table = codec::parse_json(*text, {}, path);
  if (!table) {
    ADD_FAILURE() << table.error().to_string();
    return Value();
  }
  return *table;
}

Value untype(const Value& typed, Bytes bytes) {
  if (typed.is_number()) return typed.as_double();
  if (typed.is_array()) {
    std::vector<Value> items;
    for (const Value& item : typed.items()) items.push_back(untype(item, bytes));
    return Value::array(std::move(items));
  }
  if (!typed.is_object()) return typed;
  if (auto special = untype_special(typed, bytes)) return *special;
  std::vector<Member> members;
  for (const Member& member : typed.members()) {
    members.emplace_back(member.key(), untype(member.value, bytes));
  }
  return Value::object(std::move(members));
}

void Check::record(const std::string& id, bool agrees, const std::string& detail) {
  ++total_;
  if (!agrees) differences_[name_ + id.substr(id.find('/'))] = detail;
}

void Check::finish() const {
  std::printf("%s: %d of %d\n", name_.c_str(), total_ - static_cast<int>(differences_.size()),
              total_);
  EXPECT_GT(total_, 0);
  auto known = known_differences(name_);
  for (const auto& [id, detail] : differences_) {
    if (known.erase(id) == 0) ADD_FAILURE() << id << " differs:\n" << detail;
  }
  for (const auto& [id, reason] : known) {
    ADD_FAILURE() << id << " no longer differs: take it out of known_differences.txt";
  }
}

}  // namespace rumbo::conformance
