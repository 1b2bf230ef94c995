#include "codec/diff.h"

#include <fmt/format.h>
#include <map>

#include "codec/pointer.h"

namespace rumbo::codec {
namespace {

/// `.key`, or `["key"]` for one that would be misread.
std::string path_step(std::string_view path, std::string_view key) {
  const bool simple = !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  if (!simple) return fmt::format("{}[\"{}\"]", path, key);
  return path.empty() ? std::string(key) : fmt::format("{}.{}", path, key);
}

/// The elements by their name, or nothing unless all are objects with distinct names.
std::optional<std::map<std::string, std::size_t>> by_name(const Value& list,
                                                          const std::string& key) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Value& name = list[i][key];
    if (!name.is_string() || !places.emplace(name.str(), i).second) return std::nullopt;
  }
  return places;
}

class Differ {
 public:
  explicit Differ(const DiffOptions& options) : options_(options) {}

  std::vector<Change> run(const Value& before, const Value& after) && {
    if (before.is_null() != after.is_null()) {
      add({}, {}, before.is_null() ? nullptr : &before, after.is_null() ? nullptr : &after);
    } else {
      compare(before, after, {}, {});
    }
    return std::move(changes_);
  }

 private:
  void add(const std::string& path, const std::string& pointer, const Value* before,
           const Value* after) {
    if (changes_.size() >= options_.max_changes) return;
    Change change{path, pointer, std::nullopt, std::nullopt};
    if (before != nullptr) change.before = *before;
    if (after != nullptr) change.after = *after;
    changes_.push_back(std::move(change));
  }

  void compare(const Value& before, const Value& after, const std::string& path,
               const std::string& pointer) {
    if (before.same(after) || changes_.size() >= options_.max_changes) return;
    if (before.is_object() && after.is_object()) return objects(before, after, path, pointer);
    if (before.is_array() && after.is_array()) return lists(before, after, path, pointer);
    if (before != after) add(path, pointer, &before, &after);
  }

  void objects(const Value& before, const Value& after, const std::string& path,
               const std::string& pointer) {
    const auto old_members = before.members();
    const auto new_members = after.members();
    auto b = old_members.begin();
    auto a = new_members.begin();
    while (b != old_members.end() || a != new_members.end()) {
      const bool removed =
          a == new_members.end() || (b != old_members.end() && b->key() < a->key());
      const bool added = b == old_members.end() || (a != new_members.end() && a->key() < b->key());
      const std::string_view key = removed ? b->key() : a->key();
      const std::string inner_path = path_step(path, key);
      const std::string inner_pointer = pointer + '/' + escape_pointer_token(key);
      if (removed) {
        add(inner_path, inner_pointer, &b->value, nullptr);
      } else if (added) {
        add(inner_path, inner_pointer, nullptr, &a->value);
      } else {
        compare(b->value, a->value, inner_path, inner_pointer);
      }
      if (!added) ++b;
      if (!removed) ++a;
    }
  }

  void lists(const Value& before, const Value& after, const std::string& path,
             const std::string& pointer) {
    for (const std::string& key : options_.list_keys) {
      const auto old_places = by_name(before, key), new_places = by_name(after, key);
      if (!old_places || !new_places || before.empty() || after.empty()) continue;
      return named_lists(before, after, key, path, pointer);
    }
    const std::size_t common = std::min(before.size(), after.size());
    const auto place = [&](std::size_t i) {
      return std::pair(fmt::format("{}[{}]", path, i), fmt::format("{}/{}", pointer, i));
    };
    for (std::size_t i = 0; i < common; ++i) {
      const auto [inner_path, inner_pointer] = place(i);
      compare(before[i], after[i], inner_path, inner_pointer);
    }
    for (std::size_t i = common; i < before.size(); ++i) {
      add(place(i).first, place(i).second, &before[i], nullptr);
    }
    for (std::size_t i = common; i < after.size(); ++i) {
      add(place(i).first, place(i).second, nullptr, &after[i]);
    }
  }

  void named_lists(const Value& before, const Value& after, const std::string& key,
                   const std::string& path, const std::string& pointer) {
    const auto old_places = *by_name(before, key), new_places = *by_name(after, key);
    const auto inner_path = [&](const Value& item) {
      return fmt::format("{}[{}={}]", path, key, item[key].as_string());
    };
    std::vector<Value> old_order, new_order;
    for (std::size_t i = 0; i < before.size(); ++i) {
      const Value& item = before[i];
      if (new_places.contains(item[key].str())) {
        old_order.push_back(item[key]);
      } else {
        add(inner_path(item), fmt::format("{}/{}", pointer, i), &item, nullptr);
      }
    }
    for (std::size_t i = 0; i < after.size(); ++i) {
      const Value& item = after[i];
      const std::string inner_pointer = fmt::format("{}/{}", pointer, i);
      const auto old = old_places.find(item[key].str());
      if (old == old_places.end()) {
        add(inner_path(item), inner_pointer, nullptr, &item);
        continue;
      }
      new_order.push_back(item[key]);
      compare(before[old->second], item, inner_path(item), inner_pointer);
    }
    const Value was = Value::array(std::move(old_order)), is = Value::array(std::move(new_order));
    if (was != is) add(path + "[order]", pointer, &was, &is);
  }

  const DiffOptions& options_;
  std::vector<Change> changes_;
};

}  // namespace

std::vector<Change> diff(const Value& before, const Value& after, const DiffOptions& options) {
  return Differ(options).run(before, after);
}

}  // namespace rumbo::codec
