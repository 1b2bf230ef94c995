#include "script/merge.h"

#include "script/cast.h"

namespace rumbo::script {
namespace {

/// mergo's idea of empty: unlike Sprig's a struct or pointer is never so.
bool empty(const Any& value) {
  if (value.kind() == Kind::pointer || value.kind() == Kind::function) return !value.object();
  return !truth(value);
}

Ref<Map> as_map(const Any& value) {
  return Ref<Map>(value.map());
}

}  // namespace

Outcome<> merge_maps(Session& session, const Ref<Map>& target, const Map& source, bool overwrite) {
  TRY(session.enter());
  struct Leave {
    Session& session;
    ~Leave() { session.leave(); }
  } leave{session};
  TRY(session.charge(1 + source.size()));
  std::vector<std::pair<std::string, Any>> members;
  for (std::size_t i = 0; i < source.size(); ++i) {
    members.emplace_back(source.key(i), source.at(i));
  }
  for (auto& [key, value] : members) {
    if (value.is_nil()) {
      if (overwrite) target->set(key, {});
      continue;
    }
    const std::optional<Any> old = target->find(key);
    if (value.map() != nullptr && old && old->map() != nullptr) {
      if (old->map() != value.map()) {
        TRY(merge_maps(session, as_map(*old), *value.map(), overwrite));
      }
      if (!empty(*old)) continue;
    } else if (value.kind() == Kind::map && old && old->kind() == Kind::map && !empty(*old)) {
      continue;
    }
    if (value.kind() == Kind::slice && old && !empty(*old)) {
      if (overwrite) target->set(key, value);
      continue;
    }
    if (overwrite || !old || empty(*old)) {
      target->set(key, value);
      if (value.object()) session.note_changed(target);
    }
  }
  return {};
}

}  // namespace rumbo::script
