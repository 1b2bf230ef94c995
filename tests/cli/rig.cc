#include "rig.h"

#include "codec/json.h"

namespace rumbo::cli_test {
namespace {
Value parsed(std::string_view json) {
  auto value = codec::parse_json(json);
  if (!value) throw std::runtime_error("bad JSON in a test: " + value.error().to_string());
  return *value;
}
}  // namespace

Ran Rig::run(const std::vector<std::string>& arguments) {
  Ran ran;
  app::Streams streams;
  streams.out = [&](std::string_view text) { ran.out += text; };
  streams.err = [&](std::string_view text) { ran.err += text; };
  streams.out_terminal = streams.err_terminal = streams.color = terminal;
  const io::Env env{clock,
                    files,
                    io::real_process(),
                    io::real_http(),
                    io::real_random(),
                    [this](Duration duration) { clock.sleep(duration); }};
  ran.exit = app::run(
      arguments, streams, env,
      [&](const app::Session&, app::Need wanted) -> Result<std::unique_ptr<control::Operations>> {
        need = wanted;
        return std::make_unique<ScriptedOperations>(script);
      });
  return ran;
}

void Rig::answer(const std::string& method, std::string_view json) {
  script.answers[method] = parsed(json);
}

void Rig::event(std::string_view json) {
  script.events.push_back(parsed(json));
}

}  // namespace rumbo::cli_test
