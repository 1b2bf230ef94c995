#include "script/lua_sandbox.h"

#include <gtest/gtest.h>

#include "codec/json.h"
#include "script/lua_pattern.h"

namespace rumbo::script {
namespace {

std::string run(const std::string& source, const std::string& object = "{}",
                const LuaLimits& limits = {}) {
  const auto value = run_lua(source, "test", codec::parse_json(object).value(), limits);
  return value ? codec::to_json(*value) : "! " + value.error().message();
}

Code code(const std::string& source, const LuaLimits& limits = {}) {
  const auto value = run_lua(source, "test", Value::object(), limits);
  return value ? Code::internal : value.error().code();
}

TEST(LuaSandboxTest, SeesTheObjectAndReturnsValues) {
  const std::string object = R"({"n":3,"f":1.5,"s":"x","b":true,"z":null,"l":[1,"a"],"o":{"k":7}})";
  EXPECT_EQ(run("return obj", object),
            R"({"b":true,"f":1.5,"l":[1,"a"],"n":3,"o":{"k":7},"s":"x"})");
  EXPECT_EQ(run("return 'n is ' .. obj.n", object), R"("n is 3")");
  EXPECT_EQ(run("return obj.z == nil", object), "true");
  EXPECT_EQ(run("return #obj.l, 7", object), "2");
  EXPECT_EQ(run("hs = {} hs.status = 'Healthy' return hs"), R"({"status":"Healthy"})");
  EXPECT_EQ(run("x = 1"), "null");
  EXPECT_EQ(run("return function() end"), "null");
}

TEST(LuaSandboxTest, HasWhatScriptsUse) {
  EXPECT_EQ(run("return table.getn({1, 2})"), "2");
  EXPECT_EQ(run("local a, b = unpack({1, 2}) return b"), "2");
  EXPECT_EQ(run("return string.format('%s-%d', 'a', 3)"), R"("a-3")");
  EXPECT_EQ(run("return ('abc'):upper()"), R"("ABC")");
  EXPECT_EQ(run("return tostring(tonumber('12'))"), R"("12")");
  EXPECT_EQ(run("for i = 1, 3 do if i == 2 then goto next end ::next:: end print('x') return 1"),
            "1");
  EXPECT_EQ(run("local ok, err = pcall(error, 'oh') return err"), R"("oh")");
  EXPECT_EQ(run("return math.floor(3.7) .. table.concat({'a', 'b'}, ',')"), R"("3a,b")");
}

TEST(LuaSandboxTest, HasNothingElse) {
  for (const char* name :
       {"io",           "os",           "debug",           "package",     "require",
        "load",         "loadstring",   "dofile",          "loadfile",    "collectgarbage",
        "setmetatable", "getmetatable", "coroutine",       "string.dump", "string.pack",
        "table.move",   "math.random",  "math.randomseed", "utf8",        "xpcall"}) {
    EXPECT_EQ(run("return " + std::string(name) + " == nil"), "true") << name;
  }
  EXPECT_EQ(run("return _G.io == nil and _G._G == _G"), "true");
  EXPECT_EQ(run("return ('x').dump == nil"), "true");
}

TEST(LuaSandboxTest, ErrorsSayWhere) {
  EXPECT_EQ(run("\nerror('oh')"), "! test:2: oh");
  EXPECT_NE(run("return obj.a.b").find("! test:1: attempt to index"), std::string::npos);
  EXPECT_NE(run("if then").find("! test:1: unexpected symbol"), std::string::npos);
  EXPECT_NE(run("error({})").find("failed"), std::string::npos);
  EXPECT_EQ(code("\x1bLua"), Code::invalid) << "no compiled code";
  EXPECT_FALSE(check_lua("return (", "x"));
  EXPECT_TRUE(check_lua("error('only when run')", "x"));
}

TEST(LuaSandboxTest, HostileScriptsEnd) {
  EXPECT_EQ(code("while true do end"), Code::timeout);
  EXPECT_EQ(code("repeat pcall(function() while true do end end) until false"), Code::timeout);
  EXPECT_EQ(code("local function f() return f() end return f()"), Code::timeout);
  EXPECT_EQ(code("local t = {} for i = 1, 1e9 do t[i] = i end"), Code::too_large);
  EXPECT_EQ(code("local s = 'x' while true do s = s .. s end"), Code::too_large);
  EXPECT_EQ(code("return ('x'):rep(1e9)"), Code::too_large);
  EXPECT_EQ(code("pcall(string.rep, 'x', 1e9) while true do end"), Code::too_large);
  EXPECT_EQ(code("local function f() return 1 + f() end return f()"), Code::too_large);
  EXPECT_EQ(code("return string.find(('a'):rep(30), ('a?'):rep(30) .. ('a'):rep(30))"),
            Code::timeout);
  EXPECT_EQ(code("return (('a'):rep(2000)):gsub('.-.-.-.-b', '')"), Code::timeout);
  EXPECT_EQ(code("local t = {} t[1] = t return t"), Code::too_large);
  EXPECT_EQ(code("return " + std::string(300, '(') + "1" + std::string(300, ')')), Code::invalid);
  EXPECT_EQ(code(std::string(300 << 10, ' ')), Code::too_large);
}

TEST(LuaSandboxTest, TheCallersClockEndsIt) {
  LuaLimits limits;
  int asked = 0;
  limits.expired = [&] { return ++asked > 3; };
  EXPECT_EQ(code("while true do end", limits), Code::timeout);
  EXPECT_EQ(asked, 4);
}

TEST(LuaSandboxTest, MemoryCountsTheObjectToo) {
  const std::string big = "{\"a\":\"" + std::string(9 << 20, 'x') + "\"}";
  EXPECT_EQ(run("return 1", big), "! test: the script uses more than 8 MiB");
}

struct PatternCase {
  const char* expression;
  const char* result;
};

TEST(LuaSandboxTest, PatternsMeanWhatLuaSays) {
  const PatternCase cases[] = {
      {"('hello world'):find('o w')", "5"},
      {"('a.b'):find('.', 1, true)", "2"},
      {"('a+b'):find('+', 1, true)", "2"},
      {"('abc'):find('b', -1)", "null"},
      {"('abc'):find('', 10)", "null"},
      {"('abc'):find('')", "1"},
      {"('key = value'):match('^(%w+)%s*=%s*(%w+)$')", R"("key")"},
      {"select(2, ('key = value'):match('^(%w+)%s*=%s*(%w+)$'))", R"("value")"},
      {"('2024-01-02'):match('%d+-(%d+)')", R"("01")"},
      {"('abc'):match('()b()')", "2"},
      {"('[[x]]'):match('%[%[(.-)%]%]')", R"("x")"},
      {"('f(a(b)c)d'):match('%b()')", R"x("(a(b)c)")x"},
      {"('THE (quick) fox'):find('%f[%a]%a+%f[%A]', 5)", "6"},
      {"('\"hi\"'):match('([\"\\'])hi%1')", R"("\"")"},
      {"('x^y'):match('[%^]')", R"("^")"},
      {"('a]b'):match('[]]')", R"("]")"},
      {"('abc'):match('[^a-b]')", R"("c")"},
      {"('a-b'):match('[a%-]+')", R"("a-")"},
      {"('hello'):gsub('l', 'L')", R"("heLLo")"},
      {"select(2, ('hello'):gsub('l', 'L'))", "2"},
      {"('hello'):gsub('', '-')", R"("-h-e-l-l-o-")"},
      {"('abc'):gsub('%w', '%0%0', 2)", R"("aabbc")"},
      {"('hello world'):gsub('(%w+) (%w+)', '%2 %1')", R"("world hello")"},
      {"('$x'):gsub('%$(%w+)', {x = 'y'})", R"("y")"},
      {"('$z'):gsub('%$(%w+)', {x = 'y'})", R"("$z")"},
      {"('abc'):gsub('.', function(c) return c:byte() end)", R"("979899")"},
      {"('aaa'):gsub('^a', 'b')", R"("baa")"},
      {"('a,b,,c'):gsub(',', ';')", R"("a;b;;c")"},
      {"(function() local s = '' for k, v in ('a=1,b=2'):gmatch('(%w)=(%w)') do s = s .. k .. v "
       "end return s end)()",
       R"("a1b2")"},
      {"(function() local n = 0 for _ in ('abc'):gmatch('') do n = n + 1 end return n end)()", "4"},
      {"pcall(string.find, 'a', '[a')", "false"},
      {"pcall(string.find, 'a', '%')", "false"},
      {"pcall(string.find, 'a', '(a')", "false"},
      {"pcall(string.match, 'a', 'a)')", "false"},
      {"pcall(string.find, 'a', '%1')", "false"},
      {"pcall(string.gsub, 'a', 'a', '%9')", "false"},
  };
  for (const PatternCase& one : cases) {
    EXPECT_EQ(run("return " + std::string(one.expression)), one.result) << one.expression;
  }
}

}  // namespace
}  // namespace rumbo::script
