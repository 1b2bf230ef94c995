#include "store/inventory_table.h"

#include "codec/json.h"
#include "store/chain.h"

namespace rumbo::store {

Result<> apply_inventory_change(Database& database, const InventoryChange& change) {
  const bool add = change.op == InventoryChange::Op::add;
  return database.run(
      add ? "INSERT OR IGNORE INTO inventory VALUES(?,?,?,?,?,?,?)"
          : "DELETE FROM inventory WHERE application=? AND environment=? AND target=?"
            " AND api_group=? AND kind=? AND namespace=? AND name=?",
      {change.scope.application, change.scope.environment, change.scope.target.value,
       change.key.group, change.key.kind, change.key.ns, change.key.name});
}

Result<std::vector<ObjectKey>> find_inventory(Database& database, const Scope& scope) {
  Query query =
      TRY(database.query("SELECT api_group, kind, namespace, name FROM inventory"
                         " WHERE application=? AND environment=? AND target=? ORDER BY 1, 2, 3, 4",
                         {scope.application, scope.environment, scope.target.value}));
  std::vector<ObjectKey> out;
  while (TRY(query.next())) {
    out.push_back({query.str(0), query.str(1), query.str(2), query.str(3)});
  }
  return out;
}

Result<std::vector<std::pair<Scope, ObjectKey>>> find_inventories(Database& database) {
  Query query = TRY(database.query("SELECT * FROM inventory ORDER BY 1, 2, 3, 4, 5, 6, 7"));
  std::vector<std::pair<Scope, ObjectKey>> out;
  while (TRY(query.next())) {
    out.emplace_back(Scope{query.str(0), query.str(1), {query.str(2)}},
                     ObjectKey{query.str(3), query.str(4), query.str(5), query.str(6)});
  }
  return out;
}

Result<std::vector<std::pair<Scope, ObjectKey>>> find_owners(Database& database,
                                                             const TargetId& target,
                                                             const std::vector<ObjectKey>& keys) {
  std::vector<std::pair<Scope, ObjectKey>> out;
  for (const ObjectKey& key : keys) {
    Query query = TRY(database.query(
        "SELECT application, environment FROM inventory WHERE target=? AND name=? AND kind=?"
        " AND namespace=? AND api_group=? ORDER BY 1, 2",
        {target.value, key.name, key.kind, key.ns, key.group}));
    while (TRY(query.next())) {
      out.emplace_back(Scope{query.str(0), query.str(1), target}, key);
    }
  }
  return out;
}

void fold(Inventory& inventory, const InventoryChange& change) {
  if (change.op == InventoryChange::Op::add) {
    inventory.emplace(change.scope, change.key);
  } else {
    inventory.erase({change.scope, change.key});
  }
}

std::string inventory_text(const Inventory& inventory) {
  std::vector<Value> items;
  items.reserve(inventory.size());
  for (const auto& [scope, key] : inventory) {
    items.push_back(Value::object({{"scope", to_value(scope)}, {"key", to_value(key)}}));
  }
  return codec::to_json(Value::array(std::move(items)));
}

Result<Inventory> inventory_from(std::string_view text) {
  const Value value = TRY(codec::parse_json(text));
  Inventory out;
  for (const Value& item : value.items()) {
    out.emplace(scope_from(item["scope"]), key_from(item["key"]));
  }
  return out;
}

Result<Inventory> inventory_from_records(const Journal& journal) {
  constexpr std::size_t kPage = 1000;
  Inventory out;
  Seq after = 0;
  const auto checkpoints =
      TRY(journal.read({.txn = {}, .scope = {}, .types = {RecordType::checkpoint}}, 0, SIZE_MAX));
  if (!checkpoints.empty()) {
    const Checkpoint checkpoint = checkpoint_from(checkpoints.back());
    const std::string text = TRY(journal.get_blob({checkpoint.inventory}));
    out = TRY(inventory_from(text));
    after = checkpoint.cut - 1;
  }
  for (;;) {
    const auto records = TRY(journal.read({}, after, kPage));
    for (const Record& record : records) {
      for (const InventoryChange& change : record.inventory) fold(out, change);
    }
    if (records.size() < kPage) return out;
    after = records.back().seq;
  }
}

}  // namespace rumbo::store
