#include "codec/gzip.h"

#include <algorithm>
#include <climits>
#include <fmt/format.h>
#include <limits>
#include <zlib.h>

#include "base/strings.h"

namespace rumbo::codec {
namespace {

constexpr std::size_t kChunk = std::size_t{64} << 10;
constexpr int kGzipOnly = 15 + 16;  // the largest window, and a gzip header
constexpr std::size_t kShortestHeader = 10;

/// What the end of a gzip file says about its size, as far as the packed size allows it.
std::size_t size_hint(std::string_view bytes) {
  constexpr std::size_t kMostRatio = 1032;  // deflate cannot pack more densely
  std::size_t size = 0;
  for (std::size_t at = bytes.size(); at > bytes.size() - 4; --at) {
    size = size << 8 | static_cast<unsigned char>(bytes[at - 1]);
  }
  return std::min(size, bytes.size() * kMostRatio);
}

class Inflater {
 public:
  Inflater() { ok_ = inflateInit2(&stream_, kGzipOnly) == Z_OK; }
  ~Inflater() {
    if (ok_) inflateEnd(&stream_);
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  Result<std::string> run(std::string_view bytes, std::size_t most) {
    if (!ok_) return fail(Code::exhausted, "out of memory for unpacking");
    if (bytes.size() < kShortestHeader) return fail(Code::corrupt, "unexpected EOF");
    if (bytes.size() > std::numeric_limits<uInt>::max()) {
      return fail(Code::too_large, "more than 4 GiB of packed data");
    }
    // zlib takes a pointer to mutable bytes although it only reads them.
    stream_.next_in = const_cast<Bytef*>(as_bytes(bytes).data());
    stream_.avail_in = static_cast<uInt>(bytes.size());
    std::string out;
    out.reserve(std::min(size_hint(bytes), most) + kChunk);
    for (;;) {
      const std::size_t before = out.size();
      out.resize(before + kChunk);
      stream_.next_out = reinterpret_cast<Bytef*>(out.data() + before);
      stream_.avail_out = static_cast<uInt>(kChunk);
      const int status = inflate(&stream_, Z_NO_FLUSH);
      out.resize(before + (kChunk - std::min<std::size_t>(stream_.avail_out, kChunk)));
      if (out.size() > most) {
        return fail(Code::too_large, fmt::format("unpacks to more than {} bytes", most));
      }
      if (status == Z_STREAM_END) {
        if (stream_.avail_in == 0) return out;
        if (inflateReset(&stream_) != Z_OK) return fail(Code::internal, "zlib cannot start anew");
        continue;
      }
      if (status == Z_BUF_ERROR) return fail(Code::corrupt, "unexpected EOF");
      if (status != Z_OK) {
        const bool header = stream_.total_out == 0 && before == 0;
        return fail(Code::corrupt, header ? "gzip: invalid header" : "the packed data is damaged");
      }
    }
  }

 private:
  z_stream stream_{};
  bool ok_ = false;
};

}  // namespace

Result<std::string> gunzip(std::string_view bytes, std::size_t most) {
  return Inflater().run(bytes, most);
}

Result<std::string> gzip(std::string_view bytes) {
  constexpr int kMemoryLevel = 8;  // zlib's own default
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    return fail(Code::too_large, "more than 4 GiB to pack");
  }
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, kGzipOnly, kMemoryLevel,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    return fail(Code::exhausted, "out of memory for packing");
  }
  std::string out(deflateBound(&stream, static_cast<uLong>(bytes.size())), '\0');
  stream.next_in = const_cast<Bytef*>(as_bytes(bytes).data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(std::min<std::size_t>(out.size(), UINT_MAX));
  const int status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) return fail(Code::too_large, "the packed data exceeds 4 GiB");
  return out;
}

}  // namespace rumbo::codec
