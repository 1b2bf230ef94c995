#include "render/helm/record.h"

namespace rumbo::render::helm {

std::optional<script::Any> Record::field(std::string_view name) const {
  for (const Field& one : fields_) {
    if (one.name == name) return one.value;
  }
  return std::nullopt;
}

}  // namespace rumbo::render::helm
