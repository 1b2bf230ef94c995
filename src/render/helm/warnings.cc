#include "render/helm/warnings.h"

#include "render/helm/go_value.h"

namespace rumbo::render::helm {

std::string log_value(std::string_view text) {
  bool quote = text.empty();
  for (const char c : text) quote = quote || c <= ' ' || c == '"' || c == '=' || c == 0x7f;
  return quote ? go_quote(text) : std::string(text);
}

void Warnings::log(std::string_view helm3_place, std::string_view message) {
  if (profile_ == Profile::helm4) {
    lines_.push_back("level=INFO msg=" + log_value(message));
  } else {
    lines_.push_back(std::string(helm3_place) + ": " + std::string(message));
  }
}

}  // namespace rumbo::render::helm
