#include "script/random_call.h"

#include <limits>

#include "script/convert.h"

namespace rumbo::script {

Outcome<Value> recalled(Call& call, const std::function<Outcome<Value>()>& make) {
  std::vector<Value> arguments;
  for (const Any& argument : call.arguments) arguments.push_back(TRY(to_value(argument)));
  RandomCall request{call.function.name, Value::array(std::move(arguments)),
                     call.place.file,    call.place.line,
                     call.place.column,  0};
  request.repetition = call.session.repetition(request);
  if (auto kept = call.session.host().recall(request)) return *kept;
  Value made = TRY(make());
  call.session.host().remember(request, made);
  return made;
}

std::uint64_t random_below(Host& host, std::uint64_t bound) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t fair = kMost - kMost % bound;
  while (true) {
    std::uint8_t bytes[8];
    host.random(bytes);
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes) number = number << 8 | byte;
    if (number < fair) return number % bound;
  }
}

void add_random(FunctionTable& table, std::string name, std::string_view signature, Body body,
                std::span<const Type* const> more) {
  Function function = Function::make(std::move(name), signature, std::move(body), more);
  function.random = true;
  table.add(std::move(function));
}

}  // namespace rumbo::script
