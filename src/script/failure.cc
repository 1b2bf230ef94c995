#include "script/failure.h"

namespace rumbo::script {

const Failure& Failure::root() const {
  const Failure* at = this;
  while (at->cause_ != nullptr) at = at->cause_.get();
  return *at;
}

std::string Failure::text() const {
  std::string out;
  for (const Failure* at = this; at != nullptr; at = at->cause_.get()) out += at->text_;
  return out;
}

Error Failure::to_error() const {
  const Code code = root().kind() == Kind::limit ? Code::too_large : Code::invalid;
  Error error(code, text());
  if (!location_.file.empty()) error = std::move(error).at(location_);
  return error;
}

}  // namespace rumbo::script
