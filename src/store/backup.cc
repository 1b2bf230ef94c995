#include "store/backup.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"
#include "codec/gzip.h"
#include "codec/json.h"
#include "codec/tar.h"
#include "crypto/digest.h"
#include "crypto/password.h"
#include "crypto/seal.h"

namespace rumbo::store {
namespace {

constexpr std::string_view kFacts = "backup.json";
constexpr std::int64_t kFormat = 1;
constexpr std::size_t kMostBytes = std::size_t{2} << 30;
constexpr std::string_view kSealContext = "rumbo v1 backup key";
constexpr std::size_t kSaltSize = 16;
// A damaged or hostile file must not ask for all memory or for hours.
constexpr std::uint32_t kMostMemoryKib = 1 << 20;
constexpr std::uint32_t kMostPasses = 100;
constexpr std::uint32_t kMostLanes = 64;

tl::unexpected<Error> no_backup(std::string why) {
  return fail(Error(Code::corrupt, "this is no backup of rumbo: " + std::move(why)));
}

}  // namespace

Result<Secret<std::string>> read_passphrase(io::FileSystem& files, const std::string& path) {
  std::string text = TRY(files.read_all(path, 64 << 10));
  std::string line = text.substr(0, text.find('\n'));
  crypto::wipe(text);
  if (!line.empty() && line.back() == '\r') line.pop_back();
  if (line.empty()) {
    return fail(Error(Code::invalid, "`" + path + "` holds no passphrase")
                    .with_hint("its first line is the passphrase"));
  }
  return Secret<std::string>(std::move(line));
}

Result<std::string> seal_under_passphrase(std::string_view bytes,
                                          const Secret<std::string>& passphrase,
                                          io::Random& random) {
  const crypto::Argon2Cost cost;
  std::array<std::uint8_t, kSaltSize> salt{};
  random.fill(salt);
  const auto key = crypto::argon2id(passphrase.reveal(), salt, cost);
  if (!key) return fail(Code::exhausted, "not enough memory to make a key of the passphrase");
  const std::string sealed = crypto::seal_envelope(
      *key, [&](std::span<std::uint8_t> out) { random.fill(out); }, bytes, kSealContext);
  return codec::to_json_pretty(Value::object({{"kdf", "argon2id"},
                                              {"memoryKiB", cost.memory_kib},
                                              {"passes", cost.passes},
                                              {"lanes", cost.lanes},
                                              {"salt", to_hex(salt)},
                                              {"sealed", to_hex(as_bytes(sealed))}})) +
         "\n";
}

Result<Secret<std::string>> open_under_passphrase(std::string_view sealed,
                                                  const Secret<std::string>& passphrase) {
  const Value value = TRY(codec::parse_json(sealed));
  const auto salt = from_hex(value["salt"].as_string());
  const auto body = from_hex(value["sealed"].as_string());
  const auto cost = [&](std::string_view name, std::uint32_t most) {
    return static_cast<std::uint32_t>(
        std::clamp<std::int64_t>(value[name].as_int(), 0, std::int64_t{most} + 1));
  };
  const crypto::Argon2Cost costs{cost("memoryKiB", kMostMemoryKib), cost("passes", kMostPasses),
                                 cost("lanes", kMostLanes)};
  if (value["kdf"].as_string() != "argon2id" || !salt || !body ||
      costs.memory_kib > kMostMemoryKib || costs.passes > kMostPasses || costs.lanes > kMostLanes) {
    return fail(Code::corrupt, "the sealed key cannot be read");
  }
  const auto key = crypto::argon2id(passphrase.reveal(), *salt, costs);
  if (!key) return fail(Code::exhausted, "not enough memory to make a key of the passphrase");
  auto opened = crypto::open_envelope(*key, as_text(*body), kSealContext);
  if (!opened) {
    return fail(Error(Code::denied, "the passphrase is not the one the key was sealed with"));
  }
  return Secret<std::string>(*std::move(opened));
}

Result<std::string> pack_backup(const std::vector<BackupFile>& files, const Value& facts) {
  std::vector<Value> list;
  std::size_t total = 0;
  for (const BackupFile& file : files) {
    list.push_back(Value::object({{"name", file.name},
                                  {"size", static_cast<std::uint64_t>(file.bytes.size())},
                                  {"digest", crypto::sha256(file.bytes)}}));
    total += file.bytes.size();
  }
  if (total > kMostBytes) {
    return fail(Error(Code::too_large, "the state is larger than a backup may be (2 GiB)")
                    .with_hint("stop the daemon and copy the state directory as it is"));
  }
  const std::string head =
      codec::to_json_pretty(
          facts.with("format", kFormat).with("files", Value::array(std::move(list)))) +
      "\n";
  std::vector<codec::TarEntry> entries{{std::string(kFacts), head, false, {}}};
  for (const BackupFile& file : files) entries.push_back({file.name, file.bytes, false, {}});
  return codec::gzip(TRY(codec::write_tar(entries)));
}

const BackupFile* Backup::find(std::string_view name) const {
  const auto found = std::find_if(files.begin(), files.end(),
                                  [&](const BackupFile& file) { return file.name == name; });
  return found == files.end() ? nullptr : &*found;
}

Result<Backup> unpack_backup(std::string_view archive) {
  constexpr std::size_t kMostHeaders = std::size_t{1} << 20;
  const auto bytes = codec::gunzip(archive, kMostBytes + kMostHeaders);
  if (!bytes) return no_backup(bytes.error().message());
  const auto entries = codec::read_tar(*bytes);
  if (!entries) return no_backup(entries.error().message());
  if (entries->empty() || entries->front().name != kFacts) {
    return no_backup("it does not begin with " + std::string(kFacts));
  }
  Backup out;
  const auto facts = codec::parse_json(entries->front().data);
  if (!facts) return no_backup(facts.error().message());
  out.facts = *facts;
  if (out.facts["format"].as_int() != kFormat) {
    return fail(Error(Code::unsupported, "the backup has the format " +
                                             std::to_string(out.facts["format"].as_int()) +
                                             ", this rumbo knows " + std::to_string(kFormat))
                    .with_hint("use the newer rumbo that wrote it"));
  }
  for (const codec::TarEntry& entry : std::span(*entries).subspan(1)) {
    if (entry.link) return no_backup("`" + printable(entry.name, 100) + "` is a link");
    out.files.push_back({entry.name, std::string(entry.data)});
  }
  std::set<std::string> listed;
  for (const Value& one : out.facts["files"].items()) {
    const std::string name = one["name"].str();
    const BackupFile* file = out.find(name);
    if (file == nullptr) return no_backup("`" + printable(name, 100) + "` is missing");
    if (crypto::sha256(file->bytes) != one["digest"].as_string()) {
      return fail(Code::corrupt,
                  "the backup is damaged: " + printable(name, 100) + " is not what was packed");
    }
    listed.insert(name);
  }
  if (listed.size() != out.files.size()) return no_backup("it holds files that it does not list");
  return out;
}

}  // namespace rumbo::store
