// GitRunner: runs the git program with a fixed environment and fixed options: no configuration of
// the machine or user, no hooks, no prompts, no protocols beyond the listed ones.
//
// Threads: any.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "io/env.h"
#include "model/source.h"
#include "source/git_url.h"

namespace rumbo::source {

class GitRunner {
 public:
  explicit GitRunner(io::Env& env) : env_(env) {}

  struct Call {
    std::string directory;           ///< the bare repository; empty: none
    std::vector<std::string> words;  ///< the subcommand, its options, `--`, user text
    std::string input;
    std::uint64_t max_output = 64ull << 20;
    std::uint64_t max_file = 0;                ///< bytes of the largest file it may write; 0: any
    std::map<std::string, std::string> env{};  ///< besides the fixed variables
    Duration timeout = 2min;
    const GitUrl* remote = nullptr;  ///< set for calls that talk to it
    const GitSpec* spec = nullptr;   ///< then: credentials, trust and proxy
  };

  /// Runs to the end; a non-zero status is no error here.
  Result<io::Exit> try_run(const Call& call, const Cancel& cancel) const;
  /// Standard output; a non-zero status becomes git_error().
  Result<std::string> run(const Call& call, const Cancel& cancel) const;

  io::Env& env() const { return env_; }

 private:
  Result<> check(const GitSpec& spec, const GitUrl& url) const;
  Result<> check_file(const std::string& file, const char* what, const char* hint) const;

  io::Env& env_;
};

}  // namespace rumbo::source
