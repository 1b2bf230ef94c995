#include "crypto/libcrypto.h"

#include <cstdio>
#include <cstdlib>
#include <dlfcn.h>

namespace rumbo::crypto {
namespace {

[[noreturn]] void end_without(const char* what) {
  const char* why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): the C library keeps it by thread
  std::fprintf(stderr, "fatal: %s cannot be loaded: %s\nhint: install libssl3\n", what,
               why != nullptr ? why : "not found");
  std::abort();
}

}  // namespace

void* libcrypto_function(const char* name) {
  // Never unloaded: libcurl, which brings it too, may still use it at the exit.
  static void* const library = ::dlopen("libcrypto.so.3", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) end_without("libcrypto.so.3");
  void* const found = ::dlsym(library, name);
  if (found == nullptr) end_without(name);
  return found;
}

}  // namespace rumbo::crypto
