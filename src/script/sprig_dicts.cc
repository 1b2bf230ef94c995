// Sprig's dictionaries. set, unset and merge change the map they are given, as Go's do.
#include <algorithm>

#include "script/cast.h"
#include "script/list.h"
#include "script/map.h"
#include "script/merge.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

Outcome<Any> dict(Call& call) {
  TRY(call.session.room_for_items(call.size() / 2));
  auto map = make<Map>();
  for (std::size_t i = 0; i < call.size(); i += 2) {
    map->set(TRY(to_text(call[i])), i + 1 < call.size() ? call[i + 1] : Any(""));
  }
  return Any(std::move(map));
}

Outcome<Any> get(Call& call) {
  const Map* map = call[0].map();
  const auto found = map ? map->find(call[1].text()) : std::nullopt;
  return found.value_or(Any(""));
}

Outcome<Any> set(Call& call) {
  Map* map = call[0].map();
  if (map == nullptr) return failed("assignment to entry in nil map");
  // Insertion keeps the members sorted: its cost grows with the size.
  TRY(call.session.charge(1 + map->size() / 32));
  map->set(call[1].text(), call[2]);
  TRY(call.session.room_for_items(map->size()));
  if (call[2].object()) call.session.note_changed(Ref<Map>(map));
  return call[0];
}

Outcome<Any> unset(Call& call) {
  if (Map* map = call[0].map()) {
    TRY(call.session.charge(1 + map->size() / 32));
    map->erase(call[1].text());
  }
  return call[0];
}

Outcome<Any> has_key(Call& call) {
  return Any(call[0].map() != nullptr && call[0].map()->contains(call[1].text()));
}

Outcome<Any> pluck(Call& call) {
  std::vector<Any> out;
  for (const Any& dict : call.arguments.subspan(1)) {
    if (dict.map() == nullptr) continue;
    if (auto found = dict.map()->find(call[0].text())) out.push_back(std::move(*found));
  }
  return Any::list(std::move(out));
}

Outcome<Any> keys(Call& call) {
  std::vector<std::string> out;
  for (const Any& dict : call.arguments) {
    for (std::size_t i = 0; i < length(dict); ++i) out.emplace_back(dict.map()->key(i));
    TRY(call.session.room_for_items(out.size()));
  }
  return Any::strings(std::move(out));
}

Outcome<Any> values(Call& call) {
  std::vector<Any> out;
  for (std::size_t i = 0; i < length(call[0]); ++i) out.push_back(call[0].map()->at(i));
  TRY(call.session.room_for_items(out.size()));
  return Any::list(std::move(out));
}

Outcome<Any> pick(Call& call) {
  auto out = make<Map>();
  for (const Any& key : call.arguments.subspan(1)) {
    if (call[0].map() == nullptr) break;
    if (auto found = call[0].map()->find(key.text())) out->set(key.text(), std::move(*found));
  }
  return Any(std::move(out));
}

Outcome<Any> omit(Call& call) {
  auto out = make<Map>();
  const auto keys = call.arguments.subspan(1);
  TRY(call.session.charge(length(call[0]) * (1 + keys.size())));
  for (std::size_t i = 0; i < length(call[0]); ++i) {
    const std::string_view key = call[0].map()->key(i);
    const bool listed =
        std::any_of(keys.begin(), keys.end(), [&](const Any& each) { return each.text() == key; });
    if (!listed) out->set(key, call[0].map()->at(i));
  }
  return Any(std::move(out));
}

Body merge(bool overwrite) {
  return [overwrite](Call& call) -> Outcome<Any> {
    Ref<Map> target(call[0].map());
    if (!target) target = make<Map>();
    for (const Any& source : call.arguments.subspan(1)) {
      if (source.map() == nullptr || source.map() == target.get()) continue;
      TRY(merge_maps(call.session, target, *source.map(), overwrite));
    }
    return Any(target);
  };
}

std::string not_a_map(const Any& value, std::string_view wanted) {
  if (value.is_nil())
    return "interface conversion: interface {} is nil, not " + std::string(wanted);
  return "interface conversion: interface {} is " + std::string(value.type_name()) + ", not " +
         std::string(wanted);
}

Outcome<Any> dig(Call& call) {
  const std::size_t count = call.size();
  if (count < 3) return failed("dig needs at least three arguments");
  Any at = call[count - 1];
  if (at.type() != &types::any_map) return failed(not_a_map(at, types::any_map.name));
  for (std::size_t i = 0; i + 2 < count; ++i) {
    if (call[i].kind() != Kind::string) return failed(not_a_map(call[i], "string"));
  }
  for (std::size_t i = 0; i + 2 < count; ++i) {
    if (at.type() != &types::any_map) return failed(not_a_map(at, types::any_map.name));
    auto found = at.map() == nullptr ? std::nullopt : at.map()->find(call[i].text());
    if (!found) return call[count - 2];
    at = std::move(*found);
  }
  return at;
}

}  // namespace

void add_sprig_dicts(FunctionTable& table) {
  table.add("dict", "...any", dict);
  table.add("get", "map, string", get);
  table.add("set", "map, string, any", set);
  table.add("unset", "map, string", unset);
  table.add("hasKey", "map, string", has_key);
  table.add("pluck", "string, ...map", pluck);
  table.add("keys", "...map", keys);
  table.add("values", "map", values);
  table.add("pick", "map, ...string", pick);
  table.add("omit", "map, ...string", omit);
  table.add("merge", "map, ...map", merge(false));
  table.add("mustMerge", "map, ...map", merge(false));
  table.add("mergeOverwrite", "map, ...map", merge(true));
  table.add("mustMergeOverwrite", "map, ...map", merge(true));
  table.add("dig", "...any", dig);
}

}  // namespace rumbo::script
