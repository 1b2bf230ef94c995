#include "target/podman/record_store.h"

#include "codec/json.h"

namespace rumbo::target::podman {
namespace {

constexpr std::uint64_t kMostBytes = 64ull << 20;

Result<Record> load(io::FileSystem& files, const std::string& path) {
  auto text = files.read_all(path, kMostBytes);
  if (!text && text.error().code() == Code::not_found) return Record();
  if (!text) return fail(std::move(text).error());
  auto value = codec::parse_json(*text, {}, path);
  if (!value) {
    // The position alone: the text holds secrets.
    return fail(Error(Code::corrupt, "the generation record " + path + " cannot be read")
                    .with_hint("restore it from a backup, or move it away and run `rumbo recover "
                               "--from-target`"));
  }
  return record_from(*value);
}

}  // namespace

RecordStore::RecordStore(io::FileSystem& files, std::string path, Record record)
    : files_(files),
      path_(std::move(path)),
      now_(std::make_shared<const Record>(std::move(record))) {}

Result<std::unique_ptr<RecordStore>> RecordStore::open(io::FileSystem& files, std::string path) {
  Record record = TRY(load(files, path));
  return std::unique_ptr<RecordStore>(new RecordStore(files, std::move(path), std::move(record)));
}

std::shared_ptr<const Record> RecordStore::read() const {
  return now_.copy();
}

Result<> RecordStore::change(const std::function<Result<>(Record&)>& edit) {
  MutexLock lock(writer_);
  Record next = *now_.copy();
  TRY(edit(next));
  const std::string text = codec::to_json(to_value(next));
  if (text.size() > kMostBytes) {
    return fail(Code::too_large, "the generation record " + path_ + " would exceed " +
                                     std::to_string(kMostBytes >> 20) + " MiB");
  }
  // A disk that is full now may have room later; nothing was changed.
  auto written = files_.write_atomic(path_, text, 0600);
  if (!written) return fail(std::move(written).error().with_retry(Retry::later));
  now_.with([&](auto& now) { now = std::make_shared<const Record>(std::move(next)); });
  return {};
}

}  // namespace rumbo::target::podman
