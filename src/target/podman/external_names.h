// ExternalNames: the addresses behind Services of type ExternalName. Podman's names server keeps
// addresses only, so the name is looked up here, again and again, and its addresses are published.
//
// Threads: names() from one; learn() from any.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/guarded.h"
#include "base/result.h"
#include "base/time.h"
#include "target/podman/net/names.h"
#include "target/podman/record.h"

namespace rumbo::target::podman {

/// The Service of this installation that a name like "web.shop.svc.cluster.local" means, as
/// "ns/name"; empty if it means none.
std::string service_meant(std::string_view host);

class ExternalNames {
 public:
  struct Answer {
    std::vector<ServiceName> names;
    std::vector<std::string> ask;  ///< hosts to look up now and learn()
    MonoTime due;                  ///< when to call again
  };
  /// What is known now of the record's ExternalName Services. A host that cannot be looked up keeps
  /// the addresses it had.
  Answer names(const Record& record, MonoTime now);
  void learn(const std::string& host, const Result<std::vector<std::string>>& addresses,
             MonoTime now);

 private:
  struct Known {
    std::vector<std::string> addresses;
    MonoTime due;
    bool asking = false;
    bool told = false;  // that it cannot be looked up
  };
  Guarded<std::map<std::string, Known>> hosts_;
};

}  // namespace rumbo::target::podman
