#include "codec/go_json.h"

#include <gtest/gtest.h>

namespace rumbo::codec {
namespace {

std::string written(std::string_view text, bool escape_html = true) {
  std::string out;
  append_go_json_string(out, text, escape_html);
  return out;
}

TEST(GoJson, EscapesAsEncodingJsonDoes) {
  EXPECT_EQ(written("a\"b\\c"), R"("a\"b\\c")");
  EXPECT_EQ(written("\b\f\n\r\t"), R"("\b\f\n\r\t")");
  EXPECT_EQ(written(std::string_view("\0\x1f\x7f", 3)), "\"\\u0000\\u001f\x7f\"");
  EXPECT_EQ(written("<&>"), R"("\u003c\u0026\u003e")");
  EXPECT_EQ(written("<&>", false), R"("<&>")");
  EXPECT_EQ(written("\u2028\u2029\u00e4"), "\"\\u2028\\u2029\u00e4\"");
  EXPECT_EQ(written("x\xff\xc3"), R"("x\ufffd\ufffd")");
}

TEST(GoJson, NamesTypesAsItsErrorsDo) {
  EXPECT_EQ(go_json_type(Value()), "null");
  EXPECT_EQ(go_json_type(Value(true)), "bool");
  EXPECT_EQ(go_json_type(Value(1)), "number");
  EXPECT_EQ(go_json_type(Value(0.5)), "number");
  EXPECT_EQ(go_json_type(Value("a")), "string");
  EXPECT_EQ(go_json_type(Value::array({})), "array");
  EXPECT_EQ(go_json_type(Value::object({})), "object");
}

}  // namespace
}  // namespace rumbo::codec
