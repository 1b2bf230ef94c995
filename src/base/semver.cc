#include "base/semver.h"

#include <algorithm>
#include <charconv>

#include "base/strings.h"

namespace rumbo {
namespace {

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxComparisons = 64;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_numeric(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Dot-separated identifiers; numeric ones of a prerelease carry no leading zeros.
bool is_suffix(std::string_view text, bool prerelease) {
  for (const auto part : split(text, '.')) {
    const bool letters = std::all_of(part.begin(), part.end(), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-';
    });
    if (part.empty() || !letters) return false;
    if (prerelease && is_numeric(part) && part.size() > 1 && part[0] == '0') return false;
  }
  return true;
}

/// Takes "+build" and "-rc.1" off the end of `text`; false if malformed.
bool take_suffixes(std::string_view& text, Version& version) {
  if (const auto plus = text.find('+'); plus != std::string_view::npos) {
    version.metadata = text.substr(plus + 1);
    text = text.substr(0, plus);
    if (!is_suffix(version.metadata, false)) return false;
  }
  if (const auto dash = text.find('-'); dash != std::string_view::npos) {
    version.prerelease = text.substr(dash + 1);
    text = text.substr(0, dash);
    if (!is_suffix(version.prerelease, true)) return false;
  }
  return true;
}

int order(std::uint64_t a, std::uint64_t b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

int order_identifiers(std::string_view a, std::string_view b) {
  const bool numeric_a = is_numeric(a), numeric_b = is_numeric(b);
  if (numeric_a != numeric_b) return numeric_a ? -1 : 1;
  if (numeric_a && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  const int result = a.compare(b);
  return result < 0 ? -1 : result > 0 ? 1 : 0;
}

int order_prereleases(std::string_view a, std::string_view b) {
  if (a == b) return 0;
  if (a.empty() || b.empty()) return a.empty() ? 1 : -1;  // a release follows its prereleases
  const auto parts_a = split(a, '.'), parts_b = split(b, '.');
  for (std::size_t i = 0; i < std::min(parts_a.size(), parts_b.size()); ++i) {
    if (const int result = order_identifiers(parts_a[i], parts_b[i])) return result;
  }
  return parts_a.size() < parts_b.size() ? -1 : 1;
}

bool is_wildcard(std::string_view text) {
  return text == "x" || text == "X" || text == "*";
}

}  // namespace

std::optional<Version> Version::parse(std::string_view text) {
  if (text.size() > kMaxText) return std::nullopt;
  if (text.starts_with('v')) text.remove_prefix(1);
  Version version;
  if (!take_suffixes(text, version)) return std::nullopt;
  const auto parts = split(text, '.');
  if (parts.size() > 3) return std::nullopt;
  std::uint64_t* const numbers[] = {&version.major_number, &version.minor_number,
                                    &version.patch_number};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (!is_numeric(parts[i])) return std::nullopt;
    const auto value = number(parts[i]);
    if (!value) return std::nullopt;
    *numbers[i] = *value;
  }
  return version;
}

int Version::compare(const Version& other) const {
  if (const int result = order(major_number, other.major_number)) return result;
  if (const int result = order(minor_number, other.minor_number)) return result;
  if (const int result = order(patch_number, other.patch_number)) return result;
  return order_prereleases(prerelease, other.prerelease);
}

std::string Version::to_string() const {
  std::string out = std::to_string(major_number) + "." + std::to_string(minor_number) + "." +
                    std::to_string(patch_number);
  if (!prerelease.empty()) out += "-" + prerelease;
  if (!metadata.empty()) out += "+" + metadata;
  return out;
}

/// Reads comparisons one after the other.
class VersionRange::Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  Result<Group> group() {
    Group group;
    skip(" \t");
    while (!rest_.empty()) {
      TRY(add(group));
      skip(" \t");
      if (group.all.size() > kMaxComparisons) return fail(Code::too_large, "too many comparisons");
      if (!rest_.starts_with(',')) continue;
      rest_.remove_prefix(1);
      skip(" \t");
      if (rest_.empty()) return fail(Code::invalid, "a comparison is missing behind the comma");
    }
    if (group.all.empty()) return fail(Code::invalid, "a comparison is missing");
    return group;
  }

 private:
  void skip(std::string_view characters) {
    rest_.remove_prefix(std::min(rest_.size(), rest_.find_first_not_of(characters)));
  }

  Relation relation() {
    static constexpr std::pair<std::string_view, Relation> kWords[] = {
        {">=", Relation::at_least}, {"=>", Relation::at_least},  {"<=", Relation::at_most},
        {"=<", Relation::at_most},  {"!=", Relation::not_equal}, {"~>", Relation::tilde},
        {"=", Relation::equal},     {">", Relation::greater},    {"<", Relation::less},
        {"~", Relation::tilde},     {"^", Relation::caret},
    };
    for (const auto& [word, meaning] : kWords) {
      if (!rest_.starts_with(word)) continue;
      rest_.remove_prefix(word.size());
      return meaning;
    }
    return Relation::equal;
  }

  Result<> add(Group& group) {
    Comparison low;
    low.relation = relation();
    const bool bare = low.relation == Relation::equal;
    skip(" \t");
    TRY(version(low));
    group.prereleases = group.prereleases || !low.version.prerelease.empty();
    // `1.2 - 1.4`: the spaces tell it from a prerelease.
    const std::string_view before = rest_;
    skip(" \t");
    if (bare && rest_.size() < before.size() &&
        (rest_.starts_with("- ") || rest_.starts_with("-\t"))) {
      rest_.remove_prefix(1);
      skip(" \t");
      Comparison high;
      high.relation = Relation::at_most;
      TRY(version(high));
      group.prereleases = group.prereleases || !high.version.prerelease.empty();
      low.relation = Relation::at_least;
      group.all.push_back(low);
      low = high;
    } else {
      rest_ = before;
    }
    group.all.push_back(low);
    return {};
  }

  /// A version whose numbers may be missing or wildcards.
  Result<> version(Comparison& comparison) {
    const auto end = std::min(rest_.size(), rest_.find_first_of(" \t,<>=!~^|"));
    std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    const std::string shown = printable(text, 64);
    const auto malformed = [&] { return fail(Code::invalid, "`" + shown + "` is no version"); };
    if (text.starts_with('v')) text.remove_prefix(1);
    Version& found = comparison.version;
    if (text.empty() || !take_suffixes(text, found)) return malformed();
    const auto parts = split(text, '.');
    if (parts.size() > 3) return malformed();
    std::uint64_t* const numbers[] = {&found.major_number, &found.minor_number,
                                      &found.patch_number};
    std::size_t known = 0;  // behind a wildcard no number counts
    bool open = false;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!is_wildcard(parts[i]) && !is_numeric(parts[i])) return malformed();
      open = open || is_wildcard(parts[i]);
      if (open) continue;
      const auto value = number(parts[i]);
      if (!value) return malformed();
      *numbers[i] = *value;
      ++known;
    }
    comparison.open = known < 3;
    comparison.minor_open = known == 1;
    comparison.patch_open = known == 2;
    return {};
  }

  std::string_view rest_;
};

bool VersionRange::Comparison::holds(const Version& candidate) const {
  const int order = candidate.compare(version);
  const bool same_major = candidate.major_number == version.major_number;
  const bool same_minor = candidate.minor_number == version.minor_number;
  switch (relation) {
    case Relation::equal:
      if (!open) return order == 0;
      [[fallthrough]];
    case Relation::tilde:
      if (order < 0) return false;
      // `*` and `~0.0.0` take everything, as in the original.
      if (version.major_number == 0 && version.minor_number == 0 && version.patch_number == 0 &&
          !minor_open && !patch_open) {
        return true;
      }
      return same_major && (same_minor || minor_open);
    case Relation::not_equal:
      if (!open) return order != 0;
      if (!same_major) return true;
      if (!same_minor && !minor_open) return true;
      if (minor_open) return false;
      if (!patch_open) return order != 0;
      return order_prereleases(candidate.prerelease, version.prerelease) != 0;
    case Relation::greater:
      if (!open) return order > 0;
      if (!same_major) return candidate.major_number > version.major_number;
      if (minor_open) return false;
      if (patch_open) return candidate.minor_number > version.minor_number;
      return order > 0;
    case Relation::less:
      return order < 0;
    case Relation::at_least:
      return order >= 0;
    case Relation::at_most:
      if (!open) return order <= 0;
      if (candidate.major_number > version.major_number) return false;
      return !(same_major && candidate.minor_number > version.minor_number && !minor_open);
    case Relation::caret:
      if (order < 0) return false;
      if (version.major_number > 0 || minor_open) return same_major;
      if (candidate.major_number > 0) return false;
      if (version.minor_number > 0 || patch_open) return same_minor;
      return candidate.minor_number == 0 && candidate.patch_number == version.patch_number;
  }
  return false;
}

Result<VersionRange> VersionRange::parse(std::string_view text) {
  const auto refuse = [&](Error error) {
    return fail(std::move(error)
                    .with_context("version range `" + printable(text, 128) + "`")
                    .with_hint("write for example `^1.2`, `~1.4.0` or `>=1.0.0 <2.0.0`"));
  };
  if (text.size() > 4 * kMaxText) return refuse({Code::too_large, "longer than 1024 bytes"});
  VersionRange range;
  for (std::string_view rest = text;;) {
    const auto bar = rest.find("||");
    auto group = Parser(rest.substr(0, bar)).group();
    if (!group) return refuse(std::move(group).error());
    range.any_.push_back(*std::move(group));
    if (bar == std::string_view::npos) return range;
    rest.remove_prefix(bar + 2);
  }
}

bool VersionRange::contains(const Version& version) const {
  return std::any_of(any_.begin(), any_.end(), [&](const Group& group) {
    if (!version.prerelease.empty() && !group.prereleases) return false;
    return std::all_of(group.all.begin(), group.all.end(),
                       [&](const Comparison& comparison) { return comparison.holds(version); });
  });
}

}  // namespace rumbo
