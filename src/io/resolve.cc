#include "io/resolve.h"

#include <set>

#include "base/strings.h"

namespace rumbo::io {

Result<std::vector<std::string>> resolve_ipv4(Process& process, const std::string& name,
                                              const Cancel& cancel) {
  constexpr std::size_t kMost = 16;
  Command command;
  command.argv = {"getent", "ahostsv4", "--", name};
  command.env = minimal_environment();
  command.max_output = 1 << 20;
  const Exit done = TRY(process.run(command, cancel));
  // "192.0.2.1       STREAM www.example.org", a line for each address and kind of socket.
  std::set<std::string> found;
  for (const std::string_view line : split(done.out, '\n')) {
    const std::string_view address = line.substr(0, line.find(' '));
    if (!address.empty() && found.size() < kMost) found.emplace(address);
  }
  if (done.status != 0 || found.empty()) {
    return fail(Code::not_found, "the name " + printable(name, 253) + " cannot be resolved",
                Retry::later);
  }
  return std::vector<std::string>(found.begin(), found.end());
}

}  // namespace rumbo::io
