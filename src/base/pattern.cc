#include "base/pattern.h"

#include <re2/re2.h>

namespace rumbo {
namespace {

constexpr std::int64_t kMaxMemory = std::int64_t{8} << 20;

RE2::Options quiet() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kMaxMemory);
  return options;
}

}  // namespace

struct Pattern::Program {
  explicit Program(std::string_view text) : re({text.data(), text.size()}, quiet()) {}
  RE2 re;
};

Result<Pattern> Pattern::parse(std::string_view text) {
  auto program = std::make_shared<const Program>(text);
  if (!program->re.ok()) return fail(Code::invalid, program->re.error());
  return Pattern(std::move(program));
}

bool Pattern::found_in(std::string_view text) const {
  return RE2::PartialMatch({text.data(), text.size()}, program_->re);
}

}  // namespace rumbo
