// Sprig's numbers: integers wrap as Go's do, floats are added and divided as decimals.
#include <cmath>
#include <limits>

#include "script/cast.h"
#include "script/decimal.h"
#include "script/format.h"
#include "script/go_number.h"
#include "script/list.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

std::int64_t wrapped(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}
std::uint64_t bits(const Any& value) {
  return static_cast<std::uint64_t>(to_int64(value));
}

Outcome<Any> divide(Call& call) {
  const std::int64_t a = to_int64(call[0]), b = to_int64(call[1]);
  if (b == 0) return failed("runtime error: integer divide by zero");
  if (b == -1) return Any::int64(wrapped(0 - static_cast<std::uint64_t>(a)));
  return Any::int64(a / b);
}

Outcome<Any> modulo(Call& call) {
  const std::int64_t a = to_int64(call[0]), b = to_int64(call[1]);
  if (b == 0) return failed("runtime error: integer divide by zero");
  return Any::int64(b == -1 ? 0 : a % b);
}

template <class Choose>
Body choose_int(Choose choose) {
  return [choose](Call& call) -> Outcome<Any> {
    std::int64_t out = to_int64(call[0]);
    for (const Any& value : call.arguments.subspan(1)) {
      const std::int64_t next = to_int64(value);
      if (choose(next, out)) out = next;
    }
    return Any::int64(out);
  };
}

template <class Choose>
Body choose_float(Choose choose) {
  return [choose](Call& call) -> Outcome<Any> {
    double out = to_float64(call[0]);
    for (const Any& value : call.arguments.subspan(1)) {
      const double next = to_float64(value);
      if (std::isnan(next) || (!std::isnan(out) && choose(next, out))) out = next;
    }
    return Any(out);
  };
}

Outcome<Decimal> decimal(const Any& value) {
  const double number = to_float64(value);
  auto out = Decimal::from(number);
  if (out) return *out;
  return failed("Cannot create a Decimal from " + std::string(std::isnan(number) ? "NaN"
                                                              : number > 0       ? "+Inf"
                                                                                 : "-Inf"));
}

enum class Operation { add, subtract, multiply, divide };

Outcome<Any> decimals(Call& call, const Any& first, std::span<const Any> others,
                      Operation operation) {
  Decimal out = TRY(decimal(first));
  for (const Any& value : others) {
    const Decimal next = TRY(decimal(value));
    TRY(call.session.charge(1 + out.digits() * next.digits() / 64));
    switch (operation) {
      case Operation::add:
        out = out.add(next);
        break;
      case Operation::subtract:
        out = out.subtract(next);
        break;
      case Operation::multiply:
        out = out.multiply(next);
        break;
      case Operation::divide: {
        auto quotient = out.divide(next);
        if (!quotient) return failed("decimal division by 0");
        out = *quotient;
        break;
      }
    }
  }
  return Any(out.to_double());
}

Body decimal_chain(Operation operation) {
  return [operation](Call& call) {
    return decimals(call, call[0], call.arguments.subspan(1), operation);
  };
}

Outcome<Any> round_to(Call& call) {
  const double border = call.size() > 2 ? call[2].as_double() : 0.5;
  const double power = std::pow(10, static_cast<double>(call[1].as_int()));
  const double digit = power * to_float64(call[0]);
  double whole = 0;
  const double fraction = std::modf(digit, &whole);
  const double rounded = fraction >= border ? std::ceil(digit) : std::floor(digit);
  return Any(rounded / power);
}

Outcome<std::vector<std::int64_t>> steps(Call& call, std::int64_t start, std::int64_t stop,
                                         std::int64_t step) {
  std::vector<std::int64_t> out;
  const bool down = stop < start;
  if (down ? step >= 0 : step <= 0) return out;
  const auto distance = down ? static_cast<std::uint64_t>(start) - static_cast<std::uint64_t>(stop)
                             : static_cast<std::uint64_t>(stop) - static_cast<std::uint64_t>(start);
  const auto stride =
      down ? 0 - static_cast<std::uint64_t>(step) : static_cast<std::uint64_t>(step);
  const std::uint64_t count = distance / stride + (distance % stride > 0 ? 1 : 0);
  TRY(call.session.room_for_items(count));
  out.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    out.push_back(
        wrapped(static_cast<std::uint64_t>(start) + i * static_cast<std::uint64_t>(step)));
  }
  return out;
}

Any integers(const std::vector<std::int64_t>& numbers) {
  std::vector<Any> out;
  out.reserve(numbers.size());
  for (const std::int64_t number : numbers) out.push_back(Any::integer(number));
  return Any::object(types::int_slice, Ref<Object>(make<List>(std::move(out))));
}

Outcome<Any> seq(Call& call) {
  std::int64_t start = 1, end = 0, step = 1, past = 1;
  if (call.size() == 1) {
    end = call[0].as_int();
    past = step = end < start ? -1 : 1;
  } else if (call.size() == 2) {
    start = call[0].as_int();
    end = call[1].as_int();
    past = step = end < start ? -1 : 1;
  } else if (call.size() == 3) {
    start = call[0].as_int();
    step = call[1].as_int();
    end = call[2].as_int();
    if (end < start) {
      past = -1;
      if (step > 0) return Any("");
    }
  } else {
    return Any("");
  }
  std::string out;
  const auto beyond = wrapped(static_cast<std::uint64_t>(end) + static_cast<std::uint64_t>(past));
  for (const std::int64_t number : TRY(steps(call, start, beyond, step))) {
    if (!out.empty()) out += ' ';
    out += std::to_string(number);
  }
  return Any(out);
}

Outcome<Any> to_decimal(Call& call) {
  const auto parsed = parse_go_int(TRY(format_value(call[0])), 8);
  return Any::int64(parsed.ok() ? parsed.value : 0);
}

void add_integers(FunctionTable& table) {
  table.add("add", "...any", [](Call& call) -> Outcome<Any> {
    std::uint64_t out = 0;
    for (const Any& value : call.arguments) out += bits(value);
    return Any::int64(wrapped(out));
  });
  table.add("add1", "any",
            [](Call& c) -> Outcome<Any> { return Any::int64(wrapped(bits(c[0]) + 1)); });
  table.add("sub", "any, any",
            [](Call& c) -> Outcome<Any> { return Any::int64(wrapped(bits(c[0]) - bits(c[1]))); });
  table.add("mul", "any, ...any", [](Call& call) -> Outcome<Any> {
    std::uint64_t out = bits(call[0]);
    for (const Any& value : call.arguments.subspan(1)) out *= bits(value);
    return Any::int64(wrapped(out));
  });
  table.add("div", "any, any", divide);
  table.add("mod", "any, any", modulo);
  const Body max = choose_int([](std::int64_t a, std::int64_t b) { return a > b; });
  table.add("max", "any, ...any", max);
  table.add("biggest", "any, ...any", max);
  table.add("min", "any, ...any", choose_int([](std::int64_t a, std::int64_t b) { return a < b; }));
  table.add("until", "int", [](Call& call) -> Outcome<Any> {
    const std::int64_t count = call[0].as_int();
    return integers(TRY(steps(call, 0, count, count < 0 ? -1 : 1)));
  });
  table.add("untilStep", "int, int, int", [](Call& call) -> Outcome<Any> {
    return integers(TRY(steps(call, call[0].as_int(), call[1].as_int(), call[2].as_int())));
  });
  table.add("seq", "...int", seq);
}

}  // namespace

void add_sprig_math(FunctionTable& table) {
  add_integers(table);
  table.add("atoi", "string", [](Call& call) -> Outcome<Any> {
    const auto parsed = parse_go_int(call[0].text(), 10);
    return Any::integer(parsed.fault == NumberFault::syntax ? 0 : parsed.value);
  });
  table.add("int", "any", [](Call& c) -> Outcome<Any> { return Any::integer(to_int64(c[0])); });
  table.add("int64", "any", [](Call& c) -> Outcome<Any> { return Any::int64(to_int64(c[0])); });
  table.add("float64", "any", [](Call& c) -> Outcome<Any> { return Any(to_float64(c[0])); });
  table.add("toDecimal", "any", to_decimal);
  table.add("add1f", "any", [](Call& call) -> Outcome<Any> {
    const Any one[] = {Any::integer(1)};
    return decimals(call, call[0], one, Operation::add);
  });
  table.add("addf", "...any", [](Call& call) -> Outcome<Any> {
    return decimals(call, Any(0.0), call.arguments, Operation::add);
  });
  table.add("subf", "any, ...any", decimal_chain(Operation::subtract));
  table.add("mulf", "any, ...any", decimal_chain(Operation::multiply));
  table.add("divf", "any, ...any", decimal_chain(Operation::divide));
  table.add("maxf", "any, ...any", choose_float([](double a, double b) { return a > b; }));
  table.add("minf", "any, ...any", choose_float([](double a, double b) { return a < b; }));
  table.add("ceil", "any",
            [](Call& c) -> Outcome<Any> { return Any(std::ceil(to_float64(c[0]))); });
  table.add("floor", "any",
            [](Call& c) -> Outcome<Any> { return Any(std::floor(to_float64(c[0]))); });
  table.add("round", "any, int, ...float64", round_to);
}

}  // namespace rumbo::script
