#include "source/git_parse.h"

#include <algorithm>

#include "base/strings.h"

namespace rumbo::source {
namespace {

constexpr std::size_t kMaxRefs = 1'000'000;
constexpr std::size_t kMaxEntries = 2'000'000;

tl::unexpected<Error> unreadable(const char* what, std::string_view text) {
  return fail(Code::corrupt, std::string("git printed an unreadable ") + what + ": `" +
                                 printable(text, 120) + "`");
}

/// Takes what stands before `end` off the text; false if there is no `end`.
bool take(std::string_view& text, char end, std::string_view& part) {
  const auto at = text.find(end);
  if (at == std::string_view::npos) return false;
  part = text.substr(0, at);
  text.remove_prefix(at + 1);
  return true;
}

std::string_view take_line(std::string_view& text) {
  std::string_view line;
  if (!take(text, '\n', line)) line = std::exchange(text, {});
  return line;
}

bool is_safe_path(std::string_view path) {
  for (const auto part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return path.find('\0') == std::string_view::npos;
}

bool kind_of(std::string_view mode, std::string_view type, TreeEntry::Kind& kind) {
  if (mode == "160000" && type == "commit") {
    kind = TreeEntry::Kind::submodule;
  } else if (mode == "120000" && type == "blob") {
    kind = TreeEntry::Kind::symlink;
  } else if (mode == "100755" && type == "blob") {
    kind = TreeEntry::Kind::executable;
  } else if ((mode == "100644" || mode == "100664") && type == "blob") {
    kind = TreeEntry::Kind::file;
  } else {
    return false;
  }
  return true;
}

/// The kind that a mode names; nothing for 000000, which stands for what is not there.
bool kind_of(std::string_view mode, std::optional<TreeEntry::Kind>& kind) {
  if (mode == "000000") return true;
  TreeEntry::Kind found{};
  if (!kind_of(mode, mode == "160000" ? "commit" : "blob", found)) return false;
  kind = found;
  return true;
}

/// ":mode SP mode SP id SP id SP status".
bool parse_change(std::string_view line, TreeChange& change) {
  std::string_view before, after, old_id, new_id;
  if (!line.starts_with(':')) return false;
  line.remove_prefix(1);
  if (!take(line, ' ', before) || !take(line, ' ', after) || !take(line, ' ', old_id) ||
      !take(line, ' ', new_id)) {
    return false;
  }
  if (!kind_of(before, change.before) || !kind_of(after, change.after)) return false;
  if (!is_object_id(old_id) || !is_object_id(new_id) || line.size() != 1) return false;
  if (change.after) change.id = new_id;
  return change.before || change.after;
}

/// "mode SP type SP id SP+ size TAB path".
bool parse_entry(std::string_view line, TreeEntry& entry) {
  std::string_view mode, type, id, size;
  if (!take(line, ' ', mode) || !take(line, ' ', type) || !take(line, ' ', id) ||
      !take(line, '\t', size)) {
    return false;
  }
  size = trim(size);
  if (!kind_of(mode, type, entry.kind) || !is_object_id(id) || !is_safe_path(line)) return false;
  if (entry.kind != TreeEntry::Kind::submodule) {
    const auto bytes = parse_int(size);
    if (!bytes || *bytes < 0) return false;
    entry.size = static_cast<std::uint64_t>(*bytes);
  } else if (size != "-") {
    return false;
  }
  entry.id = id;
  entry.path = line;
  return true;
}

}  // namespace

bool is_object_id(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

Result<std::vector<RemoteRef>> parse_ls_remote(std::string_view text) {
  std::vector<RemoteRef> refs;
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    std::string_view name = line, id;
    if (!take(name, '\t', id) || !is_object_id(id) || name.empty()) {
      return unreadable("reference", line);
    }
    RemoteRef ref;
    ref.id = id;
    ref.peeled = name.ends_with("^{}");
    if (ref.peeled) name.remove_suffix(3);
    ref.name = name;
    refs.push_back(std::move(ref));
    if (refs.size() > kMaxRefs) {
      return fail(Code::too_large, "the repository has more than 1000000 references");
    }
  }
  return refs;
}

Result<std::vector<TreeEntry>> parse_ls_tree(std::string_view text) {
  std::vector<TreeEntry> entries;
  while (!text.empty()) {
    std::string_view line;
    TreeEntry entry;
    if (!take(text, '\0', line)) return unreadable("tree entry", text);
    if (!parse_entry(line, entry)) return unreadable("tree entry", line);
    entries.push_back(std::move(entry));
    if (entries.size() > kMaxEntries) {
      return fail(Code::too_large, "the repository has more than 2000000 files");
    }
  }
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.path < b.path; });
  const auto twice =
      std::adjacent_find(entries.begin(), entries.end(),
                         [](const TreeEntry& a, const TreeEntry& b) { return a.path == b.path; });
  if (twice == entries.end()) return entries;
  // Only a forged tree has this; which of the two counts must not be left to chance.
  return fail(Code::invalid, "the commit holds `" + printable(twice->path, 512) + "` twice");
}

Result<std::vector<TreeChange>> parse_diff_tree(std::string_view text) {
  std::vector<TreeChange> changes;
  while (!text.empty()) {
    std::string_view line, path;
    TreeChange change;
    if (!take(text, '\0', line) || !take(text, '\0', path) || !parse_change(line, change) ||
        !is_safe_path(path)) {
      return unreadable("difference", line);
    }
    change.path = path;
    changes.push_back(std::move(change));
    if (changes.size() > kMaxEntries) {
      return fail(Code::too_large, "more than 2000000 files differ");
    }
  }
  const auto by_path = [](const TreeChange& a, const TreeChange& b) { return a.path < b.path; };
  std::sort(changes.begin(), changes.end(), by_path);
  const auto twice =
      std::adjacent_find(changes.begin(), changes.end(),
                         [](const TreeChange& a, const TreeChange& b) { return a.path == b.path; });
  if (twice == changes.end()) return changes;
  return fail(Code::invalid, "a commit holds `" + printable(twice->path, 512) + "` twice");
}

Result<std::vector<GitObject>> parse_cat_file(std::string_view text) {
  std::vector<GitObject> objects;
  while (!text.empty()) {
    const std::string_view header = take_line(text);
    GitObject object;
    if (header.ends_with(" missing")) {
      object.name = header.substr(0, header.size() - 8);
      objects.push_back(std::move(object));
      continue;
    }
    std::string_view rest = header, id, type;
    if (!take(rest, ' ', id) || !take(rest, ' ', type) || !is_object_id(id) || type.empty()) {
      return unreadable("object", header);
    }
    const auto size = parse_int(rest);
    if (!size || *size < 0 || static_cast<std::uint64_t>(*size) >= text.size()) {
      return unreadable("object", header);
    }
    const auto bytes = static_cast<std::size_t>(*size);
    object.name = id;
    object.type = type;
    object.content = text.substr(0, bytes);
    if (text[bytes] != '\n') return unreadable("object", header);
    text.remove_prefix(bytes + 1);
    objects.push_back(std::move(object));
  }
  return objects;
}

std::string subject_of(std::string_view commit) {
  const auto blank = commit.find("\n\n");
  if (blank == std::string_view::npos) return {};
  std::string_view message = commit.substr(blank + 2);
  message.remove_prefix(std::min(message.size(), message.find_first_not_of(" \t\r\n")));
  return printable(trim(message.substr(0, message.find('\n'))), 256);
}

}  // namespace rumbo::source
