#include "app/process_limits.h"

#include <string>
#include <sys/resource.h>

namespace rumbo::app {
namespace {

// Measured: about 40 at work with one application; every probe and call under way takes one more,
// and Podman's service, which inherits the limit, needs as many.
constexpr rlim_t kFewest = 128;

}  // namespace

Result<> ensure_open_files() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return {};
  if (limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    // Where that is forbidden the soft limit counts.
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0) ::getrlimit(RLIMIT_NOFILE, &limit);
  }
  if (limit.rlim_cur >= kFewest) return {};
  return fail(Error(Code::exhausted, "this process may open only " +
                                         std::to_string(limit.rlim_cur) + " files; Rumbo needs " +
                                         std::to_string(kFewest))
                  .with_hint("raise the limit: `ulimit -n`, or LimitNOFILE= of its unit"));
}

}  // namespace rumbo::app
