#include "codec/base64.h"

#include <gtest/gtest.h>

namespace rumbo::codec {
namespace {

TEST(Base64, EncodesAndDecodes) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {std::string("\0\xff\xfe", 3), "AP/+"},
      {"fooba", "Zm9vYmE="}};
  for (const auto& [plain, packed] : table) {
    EXPECT_EQ(base64_encode(plain), packed);
    EXPECT_EQ(base64_decode(packed).value(), plain);
    std::string url = packed;
    for (char& c : url) c = c == '+' ? '-' : c == '/' ? '_' : c;
    EXPECT_EQ(base64url_decode(url).value(), plain);
    while (url.ends_with('=')) url.pop_back();
    EXPECT_EQ(base64url_encode(plain), url);
    EXPECT_EQ(base64url_decode(url).value(), plain);
  }
}

TEST(Base64, IsStrict) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Z", "Zh==", "Zm9=", "Zm9v\n", "Zm 9v",
                           "=Zg=", "Zm9v====", "Zm-_", "Z===", "===="}) {
    const auto result = base64_decode(text);
    ASSERT_FALSE(result) << text;
    EXPECT_EQ(result.error().to_string().find(text), std::string::npos) << "shows its input";
  }
  for (const char* text : {"Z", "Zh", "Zm9+", "Zg=", "Zg==="}) {
    EXPECT_FALSE(base64url_decode(text)) << text;
  }
}

}  // namespace
}  // namespace rumbo::codec
