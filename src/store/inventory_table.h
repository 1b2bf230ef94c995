// InventoryTable: which objects each scope owns. Changed only together with a record.
//
// Threads: one at a time per database.
#pragma once

#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "model/journal.h"
#include "store/database.h"

namespace rumbo::store {

using Inventory = std::set<std::pair<Scope, ObjectKey>>;

Result<> apply_inventory_change(Database& database, const InventoryChange& change);
Result<std::vector<ObjectKey>> find_inventory(Database& database, const Scope& scope);
Result<std::vector<std::pair<Scope, ObjectKey>>> find_inventories(Database& database);
/// By an index: what it costs does not grow with the inventory.
Result<std::vector<std::pair<Scope, ObjectKey>>> find_owners(Database& database,
                                                             const TargetId& target,
                                                             const std::vector<ObjectKey>& keys);

/// One change, on an inventory in memory.
void fold(Inventory& inventory, const InventoryChange& change);
/// The text a checkpoint keeps of an inventory, and back.
std::string inventory_text(const Inventory& inventory);
Result<Inventory> inventory_from(std::string_view text);

/// The inventory as the records alone tell it, from the newest checkpoint on. Equal to
/// inventories() unless damage was accepted.
Result<Inventory> inventory_from_records(const Journal& journal);

}  // namespace rumbo::store
