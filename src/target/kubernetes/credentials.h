// Credentials: what a request to one API server carries, kept fresh: token files are read again
// every minute, certificates every five, exec plugins run again when what they gave expires.
//
// Threads: any; one thread at a time renews, the others wait for it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/cancel.h"
#include "base/result.h"
#include "io/env.h"
#include "io/http_pool.h"
#include "target/kubernetes/access.h"

namespace rumbo::target::kubernetes {

/// What holds now.
struct Credential {
  std::vector<std::pair<std::string, std::string>> headers;  ///< secret
  io::PoolTls tls;
  std::uint64_t tls_serial = 0;  ///< another number: connections are to be made anew
  std::uint64_t serial = 0;      ///< another number: anything changed
};

class Credentials {
 public:
  /// `env` outlives it; `environment` is what exec plugins are started with.
  Credentials(Access access, io::Env env, std::map<std::string, std::string> environment);
  ~Credentials();

  /// Errors: files that cannot be read and were never read, plugins that fail.
  Result<std::shared_ptr<const Credential>> current(const Cancel& cancel);
  /// The server refused (401) what had this serial. True if the next current() may be different:
  /// it reads files and runs plugins anew, at most every ten seconds.
  bool refused(std::uint64_t serial);

 private:
  struct State;
  Result<Credential> renew(const Credential& before, const Cancel& cancel);
  Result<std::string> file(const std::string& path, const char* what);

  const Access access_;
  const io::Env env_;
  const std::map<std::string, std::string> environment_;
  std::unique_ptr<State> state_;
};

}  // namespace rumbo::target::kubernetes
