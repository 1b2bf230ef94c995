// Answers of Podman's API: log frames, pull streams, event lines. The first byte picks the decoder,
// the second where the stream is cut; how it was cut must not change what was read.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/json_lines.h"
#include "target/podman/answers.h"

using namespace rumbo;
using namespace rumbo::target::podman;

namespace {

struct Read {
  std::string text;
  bool failed = false;
  friend bool operator==(const Read&, const Read&) = default;
};

// Frames into lines, as a log is read.
Read frames(std::string_view first, std::string_view second) {
  Read out;
  FrameReader reader;
  LineJoiner lines(64);
  const auto line = [&](std::string_view text) {
    out.text.append(text).push_back('\n');
    return true;
  };
  for (const auto chunk : {first, second}) {
    const auto fed =
        reader.feed(chunk, [&](auto, std::string_view piece) { return lines.feed(piece, line); });
    if (!fed) {
      out.failed = true;
      return out;
    }
  }
  lines.finish(line);
  return out;
}

Read pull(std::string_view first, std::string_view second) {
  PullStream stream;
  Read out;
  for (const auto chunk : {first, second}) {
    if (!stream.feed(chunk)) out.failed = true;
    if (out.failed) return out;
  }
  const auto id = stream.finish("r.example/web:1");
  out.failed = !id;
  out.text = id ? *id : "";
  return out;
}

Read events(std::string_view first, std::string_view second) {
  codec::JsonLines lines(4096);
  Read out;
  for (const auto chunk : {first, second}) {
    lines.feed(chunk);
    while (true) {
      const auto text = lines.next();
      if (!text) out.failed = true;
      if (!text || !*text) break;
      out.text.append(**text).push_back('\n');
    }
    if (out.failed) return out;
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const std::size_t cut = text.empty() ? 0 : data[1] % (text.size() + 1);
  const auto both = [&](Read (*read)(std::string_view, std::string_view)) {
    const Read whole = read(text, {});
    const Read parts = read(text.substr(0, cut), text.substr(cut));
    if (!(whole == parts)) std::abort();
  };
  switch (data[0] % 4) {
    case 0:
      both(frames);
      break;
    case 1:
      both(pull);
      break;
    case 2:
      both(events);
      break;
    default: {
      const Error error = api_error(400 + data[1], text, "start pod web");
      if (error.message().size() > 16 * 1024) std::abort();
      if (!error.message().starts_with("podman cannot start pod web: ")) std::abort();
      break;
    }
  }
  return 0;
}
