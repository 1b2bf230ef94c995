#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>
#include <system_error>
#include <unistd.h>

#include "app/connect.h"
#include "app/session.h"

namespace {

[[noreturn]] void fail_with(const char* what) {
  static_cast<void>(
      !std::fprintf(stderr,
                    "error: out of %s\n"
                    "hint: raise the limits of this process (ulimit, or MemoryMax= and "
                    "TasksMax= of its unit); nothing is lost\n",
                    what));
  ::_exit(2);
}

/// What the standard library throws when a limit is reached comes here: no memory, or no thread.
/// What is durable is whole, as after a crash, and the next start goes on from there.
[[noreturn]] void out_of_resources() {
  try {
    if (const auto thrown = std::current_exception()) std::rethrow_exception(thrown);
  } catch (const std::bad_alloc&) {
    fail_with("memory");
  } catch (const std::system_error&) {
    fail_with("processes or threads");
  } catch (...) {
  }
  std::abort();
}

}  // namespace

int main(int argc, char** argv) {
  std::set_terminate(out_of_resources);
  const int status = rumbo::app::run({argv + 1, argv + argc}, rumbo::app::real_streams(),
                                     rumbo::io::real_env(), rumbo::app::connect);
#ifdef RUMBO_LEAVE_AT_ONCE
  // All work is done and its objects are gone; taking apart tables and caches would do nobody good.
  std::fflush(nullptr);
  ::_exit(status);
#else
  return status;
#endif
}
