#include <cstdio>
#include <unistd.h>

#include "app/connect.h"
#include "app/session.h"

int main(int argc, char** argv) {
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
