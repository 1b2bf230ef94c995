// Sprig's semantic versions: *semver.Version with its fields and methods.
#include "base/semver.h"
#include "script/native.h"
#include "script/session.h"
#include "script/sprig.h"

namespace rumbo::script {
namespace {

const Function* version_method(std::string_view name);

const Type kVersion{.kind = Kind::pointer, .name = "*semver.Version", .method = version_method};

class VersionValue final : public Native {
 public:
  VersionValue(Version version, std::string original)
      : version_(std::move(version)), original_(std::move(original)) {}
  const Version& version() const { return version_; }
  const std::string& original() const { return original_; }
  const Type& type() const override { return kVersion; }
  std::optional<std::string> text() const override { return version_.to_string(); }
  Value to_value() const override { return Value(version_.to_string()); }
  std::optional<bool> equals(const Native& other) const override {
    const auto& o = static_cast<const VersionValue&>(other);
    return version_.to_string() == o.version_.to_string() && original_ == o.original_;
  }

 private:
  Version version_;
  std::string original_;
};

const VersionValue& version_of(const Any& value) {
  return static_cast<const VersionValue&>(*value.native());
}

/// A version made from another keeps the `v` in front of its original text.
Any derived(const Any& from, const Version& version) {
  const std::string v = version_of(from).original().starts_with('v') ? "v" : "";
  return Any::native(make<VersionValue>(version, v + version.to_string()));
}

Any unsigned_number(std::uint64_t number) {
  return Any::typed(types::uint64, Value(number));
}

using Methods = std::map<std::string, Function, std::less<>>;

template <class Read>
void add_reader(Methods& out, const std::string& name, Read read) {
  out.emplace(name, Function::make(name, "", [read](Call& call) -> Outcome<Any> {
                return Any(read(version_of(*call.receiver)));
              }));
}

template <class Test>
void add_test(Methods& out, const std::string& name, Test test) {
  static const Type* const kOther[] = {&kVersion};
  out.emplace(
      name,
      Function::make(
          name, "version",
          [test](Call& call) -> Outcome<Any> {
            if (call[0].native() == nullptr) {
              return failed("runtime error: invalid memory address or nil pointer dereference");
            }
            return Any(
                test(version_of(*call.receiver).version().compare(version_of(call[0]).version())));
          },
          kOther));
}

template <class Change>
void add_step(Methods& out, const std::string& name, Change change) {
  out.emplace(name, Function::make(name, "", [change](Call& call) -> Outcome<Any> {
                Version version = version_of(*call.receiver).version();
                version.metadata.clear();
                change(version);
                version.prerelease.clear();
                return derived(*call.receiver, version);
              }));
}

/// SetPrerelease and SetMetadata: dot-separated words of letters, digits and dashes.
void add_setter(Methods& out, const std::string& name, std::string Version::*field,
                const std::string& complaint) {
  out.emplace(name, Function::make(name, "string", [=](Call& call) -> Outcome<Any> {
                const std::string text(call[0].text());
                Version version = version_of(*call.receiver).version();
                version.*field = text;
                if (!text.empty() && !Version::parse(version.to_string())) return failed(complaint);
                return derived(*call.receiver, version);
              }));
}

Methods make_methods() {
  Methods out;
  add_setter(out, "SetPrerelease", &Version::prerelease, "invalid prerelease string");
  add_setter(out, "SetMetadata", &Version::metadata, "invalid metadata string");
  add_reader(out, "Major",
             [](const VersionValue& v) { return unsigned_number(v.version().major_number); });
  add_reader(out, "Minor",
             [](const VersionValue& v) { return unsigned_number(v.version().minor_number); });
  add_reader(out, "Patch",
             [](const VersionValue& v) { return unsigned_number(v.version().patch_number); });
  add_reader(out, "Prerelease", [](const VersionValue& v) { return v.version().prerelease; });
  add_reader(out, "Metadata", [](const VersionValue& v) { return v.version().metadata; });
  add_reader(out, "Original", [](const VersionValue& v) { return v.original(); });
  add_reader(out, "String", [](const VersionValue& v) { return v.version().to_string(); });
  add_test(out, "Compare", [](int order) { return Any::integer(order); });
  add_test(out, "LessThan", [](int order) { return Any(order < 0); });
  add_test(out, "LessThanEqual", [](int order) { return Any(order <= 0); });
  add_test(out, "GreaterThan", [](int order) { return Any(order > 0); });
  add_test(out, "GreaterThanEqual", [](int order) { return Any(order >= 0); });
  add_test(out, "Equal", [](int order) { return Any(order == 0); });
  add_step(out, "IncPatch", [](Version& v) {
    if (v.prerelease.empty()) ++v.patch_number;
  });
  add_step(out, "IncMinor", [](Version& v) {
    ++v.minor_number;
    v.patch_number = 0;
  });
  add_step(out, "IncMajor", [](Version& v) {
    ++v.major_number;
    v.minor_number = v.patch_number = 0;
  });
  return out;
}

const Function* version_method(std::string_view name) {
  static const Methods kMethods = make_methods();
  const auto at = kMethods.find(name);
  return at == kMethods.end() ? nullptr : &at->second;
}

Outcome<Version> parse(std::string_view text) {
  auto version = Version::parse(text);
  if (!version) return failed("invalid semantic version");
  return std::move(*version);
}

Outcome<Any> semver_compare(Call& call) {
  TRY(call.session.room_for_text(call[0].text().size() + call[1].text().size()));
  const auto range = VersionRange::parse(call[0].text());
  if (!range) return failed("improper constraint: \"" + std::string(call[0].text()) + "\"");
  return Any(range->contains(TRY(parse(call[1].text()))));
}

}  // namespace

void add_sprig_semver(FunctionTable& table) {
  table.add("semver", "string", [](Call& call) -> Outcome<Any> {
    return Any::native(make<VersionValue>(TRY(parse(call[0].text())), std::string(call[0].text())));
  });
  table.add("semverCompare", "string, string", semver_compare);
}

}  // namespace rumbo::script
