#include "base/strings.h"
#include "io/env.h"

namespace rumbo::io {

Result<std::string> boot_id(FileSystem& files) {
  const std::string text = TRY(files.read_all("/proc/sys/kernel/random/boot_id", 256));
  const std::string_view id = trim(text);
  if (id.empty()) return fail(Code::unsupported, "the kernel names no boot id");
  return std::string(id);
}

}  // namespace rumbo::io
