#include "target/kubernetes/watch_decoder.h"

#include "base/strings.h"
#include "codec/json.h"

namespace rumbo::target::kubernetes {
namespace {

/// Set by the server on the bookmark that ends the initial events.
constexpr std::string_view kInitialEventsEnd = "k8s.io/initial-events-end";

}  // namespace

ApiResult<ApiEvent> WatchDecoder::decode(std::string_view text) const {
  auto event = codec::parse_json(text, {.max_bytes = kMaxEvent});
  if (!event) {
    return fail(api_error(
        Error(Code::unavailable, "cannot " + what_ + ": broken event: " + event.error().message())
            .with_retry(Retry::later)));
  }
  const Value& object = (*event)["object"];
  const std::string_view type = (*event)["type"].as_string();
  using Type = ApiEvent::Type;
  if (type == "ADDED") return ApiEvent{Type::added, object};
  if (type == "MODIFIED") return ApiEvent{Type::modified, object};
  if (type == "DELETED") return ApiEvent{Type::deleted, object};
  if (type == "BOOKMARK") {
    const bool end = annotation(object, kInitialEventsEnd) == "true";
    return ApiEvent{end ? Type::synced : Type::bookmark, object};
  }
  if (type == "ERROR") return fail(status_error(object, 500, what_));
  return fail(api_error(Error(
      Code::unavailable, "cannot " + what_ + ": unknown event type `" + printable(type, 64) + "`",
      Retry::later)));
}

ApiResult<bool> WatchDecoder::feed(std::string_view piece,
                                   const std::function<bool(ApiEvent)>& sink) {
  lines_.feed(piece);
  for (;;) {
    const auto text = lines_.next();
    if (!text) return fail(api_error(Error(text.error()).with_context(what_)));
    if (!*text) return true;
    ApiEvent event = TRY(decode(**text));
    if (!sink(std::move(event))) return false;
  }
}

ApiResult<> WatchDecoder::finish() {
  lines_.finish();
  const auto rest = lines_.next();
  if (!rest) return fail(api_error(Error(rest.error()).with_context(what_)));
  return {};
}

}  // namespace rumbo::target::kubernetes
