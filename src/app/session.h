// Session: what a verb works with: its invocation, its output, the outside world, and Operations,
// connected on first use.
//
// Threads: one.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/invocation.h"
#include "app/streams.h"
#include "base/value.h"
#include "control/operations.h"
#include "io/env.h"

namespace rumbo::app {

enum class Format { table, wide, json, yaml, name };

/// How much of an installation a verb needs when no daemon serves it.
enum class Need {
  journal,  ///< what happened: works without configuration and without reachable targets
  look,     ///< what is: configuration and targets; no transaction begins
  act,      ///< transactions
};

using Connector =
    std::function<Result<std::unique_ptr<control::Operations>>(const Session& session, Need need)>;

class Session {
 public:
  Session(Invocation invocation, Streams streams, io::Env env, Connector connector)
      : invocation_(std::move(invocation)),
        streams_(std::move(streams)),
        env_(std::move(env)),
        connector_(std::move(connector)) {}

  const Invocation& invocation() const { return invocation_; }
  const Streams& streams() const { return streams_; }
  Paint paint() const { return {streams_.color}; }
  io::Env& env() const { return env_; }
  const Clock& clock() const { return env_.clock; }

  Format format() const { return format_; }
  bool wide() const { return format_ == Format::wide; }
  /// -o json or yaml: nothing but the answer goes to stdout.
  bool machine() const { return format_ == Format::json || format_ == Format::yaml; }
  bool quiet() const { return invocation_.has("quiet"); }
  bool verbose() const { return invocation_.has("verbose"); }
  /// Reads -o; the verb's name tells nothing about which formats make sense, so all are taken.
  Result<> choose_format();

  void print(std::string_view text) const { streams_.out(text); }
  void note(std::string_view text) const {
    if (!quiet()) streams_.err(text);
  }
  /// The value as JSON or YAML, as -o says.
  void print_value(const Value& value) const;

  /// Applications from the arguments (also "shop@dev") and -e.
  Result<control::Selector> selector() const;
  /// --as, or user:$USER.
  std::string actor() const;
  std::string state_directory() const;

  Result<control::Operations*> operations(Need need);

 private:
  Invocation invocation_;
  Streams streams_;
  mutable io::Env env_;  // references to interfaces: using them changes no session
  Connector connector_;
  Format format_ = Format::table;
  std::unique_ptr<control::Operations> operations_;
};

/// Runs one command line from parsing to exit status; prints errors. Tests hand in their own world.
int run(const std::vector<std::string>& arguments, const Streams& streams, const io::Env& env,
        const Connector& connector);

/// The error as people read it: "error: …", the hint on a line of its own.
std::string describe(const Error& error, const Paint& paint);

}  // namespace rumbo::app
