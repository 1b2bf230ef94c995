// What git prints, read from bytes a hostile repository could shape: never crashes, and what was
// understood is the same after printing it in git's form and reading it again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "source/git_errors.h"
#include "source/git_parse.h"
#include "source/git_submodules.h"
#include "source/git_url.h"
#include "source/git_verify.h"

using namespace rumbo;
using namespace rumbo::source;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

std::string printed(const std::vector<RemoteRef>& refs) {
  std::string out;
  for (const auto& ref : refs) out += ref.id + "\t" + ref.name + (ref.peeled ? "^{}\n" : "\n");
  return out;
}

std::string printed(const std::vector<TreeEntry>& entries) {
  std::string out;
  for (const auto& entry : entries) {
    switch (entry.kind) {
      case TreeEntry::Kind::file:
        out += "100644 blob ";
        break;
      case TreeEntry::Kind::executable:
        out += "100755 blob ";
        break;
      case TreeEntry::Kind::symlink:
        out += "120000 blob ";
        break;
      case TreeEntry::Kind::submodule:
        out += "160000 commit ";
        break;
    }
    const bool sized = entry.kind != TreeEntry::Kind::submodule;
    out += entry.id + " " + (sized ? std::to_string(entry.size) : "-") + "\t" + entry.path + '\0';
  }
  return out;
}

std::string printed(const std::vector<GitObject>& objects) {
  std::string out;
  for (const auto& object : objects) {
    if (object.type.empty()) {
      out += object.name + " missing\n";
    } else {
      out += object.name + " " + object.type + " " + std::to_string(object.content.size()) + "\n" +
             object.content + "\n";
    }
  }
  return out;
}

std::string_view mode(const std::optional<TreeEntry::Kind>& kind) {
  if (!kind) return "000000";
  switch (*kind) {
    case TreeEntry::Kind::file:
      return "100644";
    case TreeEntry::Kind::executable:
      return "100755";
    case TreeEntry::Kind::symlink:
      return "120000";
    case TreeEntry::Kind::submodule:
      return "160000";
  }
  return "";
}

std::string printed(const std::vector<TreeChange>& changes) {
  const std::string none(40, '0');
  std::string out;
  for (const auto& change : changes) {
    out += ":" + std::string(mode(change.before)) + " " + std::string(mode(change.after)) + " " +
           none + " " + (change.after ? change.id : none) + " M" + '\0' + change.path + '\0';
  }
  return out;
}

template <class Read>
void check(std::string_view text, Read read) {
  const auto found = read(text);
  if (!found) return;
  const auto again = read(printed(*found));
  must(again && *again == *found);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, parse_ls_remote);
  check(text, parse_ls_tree);
  check(text, parse_cat_file);
  check(text, parse_diff_tree);
  for (const bool tag : {false, true}) static_cast<void>(signature_kind(text, tag));
  static_cast<void>(parse_signer(text));
  if (const auto parent = parse_git_url("https://git.example.com/team/shop.git")) {
    for (const auto& [path, url] : parse_submodules(text)) {
      if (const auto found = submodule_url(*parent, url)) must(found->scheme != "file");
    }
  }
  must(subject_of(text).find('\n') == std::string::npos);
  must(git_error(text).message().find('\x1b') == std::string::npos);
  if (const auto url = parse_git_url(text)) {
    must(!url->remote.starts_with('-'));
    must(without_credentials(url->shown) == url->shown);
  }
  return 0;
}
