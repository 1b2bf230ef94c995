#include "store/scope_locks.h"

#include <set>
#include <utility>

namespace rumbo::store {

class ScopeLocks::Held : public ScopeLock {
 public:
  Held(std::shared_ptr<Table> table, std::set<Scope> scopes)
      : table_(std::move(table)), scopes_(std::move(scopes)) {}
  ~Held() override {
    table_->with([&](std::map<Scope, TxnId>& held) {
      for (const Scope& scope : scopes_) held.erase(scope);
    });
  }

 private:
  const std::shared_ptr<Table> table_;
  const std::set<Scope> scopes_;
};

Result<std::unique_ptr<ScopeLock>> ScopeLocks::lock(const std::vector<Scope>& scopes,
                                                    const TxnId& holder) {
  const std::set<Scope> wanted(scopes.begin(), scopes.end());
  return table_->with([&](std::map<Scope, TxnId>& held) -> Result<std::unique_ptr<ScopeLock>> {
    for (const Scope& scope : wanted) {
      if (const auto found = held.find(scope); found != held.end()) {
        return fail(Code::conflict,
                    scope.to_string() + " is being deployed by " + found->second.value,
                    Retry::later);
      }
    }
    for (const Scope& scope : wanted) held.emplace(scope, holder);
    return std::make_unique<Held>(table_, wanted);
  });
}

}  // namespace rumbo::store
