#include "target/kubernetes/reflector.h"

#include <algorithm>

#include "target/kubernetes/pause.h"

namespace rumbo::target::kubernetes {
namespace {

constexpr Duration kFirstPause = 800ms;
constexpr Duration kLongestPause = 30s;
constexpr Duration kQuiet = 2min;         // without failure: pauses are short again
constexpr Duration kShortWatch = 1s;      // a watch ended sooner is a failure too
constexpr Duration kLeastTimeout = 5min;  // of a watch; doubled by chance, to spread them
constexpr int kMostStreamingFailures = 2;

}  // namespace

Reflector::Reflector(ApiClient& client, Clock& clock, std::function<void(Duration)> sleep,
                     std::function<double()> chance, ResourceFinder find, ReflectorOptions options,
                     ReflectorSink& sink)
    : client_(client),
      clock_(clock),
      sleep_(std::move(sleep)),
      chance_(std::move(chance)),
      find_(std::move(find)),
      options_(std::move(options)),
      sink_(sink),
      streaming_(options_.streaming_list) {}

Duration Reflector::next_pause() {
  const MonoTime now = clock_.mono();
  if (now - failed_ >= kQuiet) failures_ = 0;
  failed_ = now;
  const Duration doubled = kFirstPause * (std::int64_t{1} << std::min(failures_, 10));
  const Duration pause = std::min<Duration>(kLongestPause / 2, doubled);
  ++failures_;
  return pause + std::chrono::duration_cast<Duration>(pause * chance_());
}

bool Reflector::take(ApiEvent event, bool initial_events) {
  using Type = ApiEvent::Type;
  if (const Value& version = event.object["metadata"]["resourceVersion"]; version.is_string()) {
    version_ = version.str();
  }
  switch (event.type) {
    case Type::added:
    case Type::modified:
      sink_.put(std::move(event.object));
      break;
    case Type::deleted:
      sink_.gone(std::move(event.object));
      break;
    case Type::synced:
      if (!synced_) {
        sink_.end();
        sink_.live(true);
      }
      synced_ = true;
      break;
    case Type::bookmark:
      // A server that does not know streaming lists never marks their end.
      if (initial_events && !synced_) return streaming_ = false;
      break;
  }
  return true;
}

ApiResult<> Reflector::watch(const Resource& resource, bool initial_events, const Cancel& cancel) {
  WatchOptions options{.ns = options_.ns,
                       .label_selector = options_.label_selector,
                       .field_selector = options_.field_selector,
                       .metadata_only = options_.metadata_only,
                       .from_version = initial_events ? "" : version_,
                       .initial_events = initial_events};
  options.server_timeout =
      kLeastTimeout + std::chrono::duration_cast<Duration>(kLeastTimeout * chance_());
  return client_.watch(
      resource, options, [&](ApiEvent event) { return take(std::move(event), initial_events); },
      cancel);
}

ApiResult<> Reflector::fill_by_stream(const Resource& resource, const Cancel& cancel) {
  sink_.begin();
  synced_ = false;
  auto ended = watch(resource, true, cancel);
  if (synced_) return ended;
  version_.clear();
  if (!streaming_) return {};
  if (ended) {
    ended = fail(
        api_error(Error(Code::unavailable,
                        "the list of " + resource.plural + " ended before its end", Retry::later)));
  }
  if (ended.error().failure == ApiFailure::invalid || failures_ + 1 >= kMostStreamingFailures) {
    streaming_ = false;
    if (ended.error().failure == ApiFailure::invalid) return {};
  }
  return ended;
}

ApiResult<> Reflector::fill(const Resource& resource, const Cancel& cancel) {
  if (streaming_) {
    auto filled = fill_by_stream(resource, cancel);
    if (streaming_ || !filled) return filled;
  }
  sink_.begin();
  const ListOptions options{.ns = options_.ns,
                            .label_selector = options_.label_selector,
                            .field_selector = options_.field_selector,
                            .metadata_only = options_.metadata_only};
  std::string version = TRY(client_.list(
      resource, options, [&](Value one) { sink_.put(std::move(one)); }, cancel));
  sink_.end();
  version_ = std::move(version);
  return {};
}

ApiResult<> Reflector::follow(const Resource& resource, const Cancel& cancel) {
  const MonoTime begun = clock_.mono();
  sink_.live(true);
  auto ended = watch(resource, false, cancel);
  if (ended && clock_.mono() - begun < kShortWatch) {
    return fail(api_error(Error(
        Code::unavailable, "the watch of " + resource.plural + " ended at once", Retry::later)));
  }
  if (!ended && ended.error().failure == ApiFailure::gone) version_.clear();
  return ended;
}

ApiResult<> Reflector::go_on(const Cancel& cancel) {
  const Resource resource = TRY(find_(cancel));
  return version_.empty() ? fill(resource, cancel) : follow(resource, cancel);
}

void Reflector::run(const Cancel& cancel) {
  while (cancel.check(clock_.mono())) {
    const auto done = go_on(cancel);
    if (done || !cancel.check(clock_.mono())) continue;
    sink_.live(false);
    // What the server forgot is no trouble of anybody's.
    if (done.error().failure != ApiFailure::gone) sink_.trouble(done.error());
    if (!pause(clock_, sleep_, next_pause(), cancel)) return;
  }
}

}  // namespace rumbo::target::kubernetes
