// Nft: writes and reads this installation's table in the kernel through the nft program.
//
// Threads: one owner serialises apply() and remove(); the readers may be called from any thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/cancel.h"
#include "base/guarded.h"
#include "base/result.h"
#include "io/env.h"
#include "target/podman/net/table.h"

namespace rumbo::target::podman {

struct NftOptions {
  std::string install;
  std::vector<std::string> prefix = {};  ///< before every command: {"ip", "netns", "exec", NAME}
  std::string netns = {};                ///< the same namespace as a file, for watch(); "": ours
  Duration timeout{10'000'000'000};
};

/// Hears of changes of the machine's ruleset from the kernel (netlink), whoever makes them.
class RulesetWatch {
 public:
  virtual ~RulesetWatch() = default;
  /// Waits for a change; false if none came in time. Changes between two calls are not lost.
  virtual Result<bool> wait(Duration timeout) = 0;
  /// Readable when there is something to wait() for: for who waits for several things.
  virtual int handle() const = 0;
};

class Nft {
 public:
  Nft(const io::Env& env, NftOptions options);

  /// Makes the kernel's table equal to this one, all at once or not at all; so with the IPv6 table
  /// beside it, which goes if there is to be none. An error leaves all as it was, except
  /// Retry::unknown_outcome (the program was killed): ask marker().
  Result<> apply(const Table& table, const std::optional<Table>& six = {});
  /// The text apply() would send now.
  Result<std::string> preview(const Table& table, const std::optional<Table>& six = {});

  Result<bool> present();
  /// Who wrote the table; nullopt if there is none or it holds no marker.
  Result<std::optional<Marker>> marker();
  /// What happened to the table since this object's last apply(). `unknown`: it did not apply yet.
  enum class State { intact, altered, missing, unknown };
  Result<State> state();
  /// Removes the tables; fine if there are none.
  Result<> remove();

  /// Opens a watch: wait() for it, then ask state() and apply() again if it is not intact. Our own
  /// batches wake it too.
  Result<std::unique_ptr<RulesetWatch>> watch();

 private:
  Result<io::Exit> run(std::vector<std::string> argv, std::string input);
  /// Our chains in the kernel, by family; a family without a table is not there.
  Result<std::map<Family, std::vector<std::string>>> live_chains();
  Result<std::optional<std::string>> listing(Family family);
  Result<std::optional<std::string>> listing(bool six);

  const io::Env env_;
  const NftOptions options_;
  const std::string table_;
  struct Applied {
    std::string text;  ///< the kernel's own, after apply()
    bool six = false;  ///< of both tables
  };
  Guarded<std::optional<Applied>> applied_;
};

}  // namespace rumbo::target::podman
