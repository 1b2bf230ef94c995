#include "app/config_watch.h"

#include "control/config_loader.h"

namespace rumbo::app {
namespace {

/// Everything that decides what the configuration says, in one text.
std::string fingerprint(const control::ConfigTexts& texts) {
  std::string out;
  for (const auto& [file, text] : texts) {
    out += file + '\0' + std::to_string(text.size()) + '\0' + text;
  }
  return out;
}

Result<LoadedConfig> parse_files(const control::ConfigTexts& texts, const std::string& path) {
  auto config = TRY(control::parse_config(texts));
  if (config.fleet) {
    return fail(Error(Code::invalid, "the configuration became a Fleet")
                    .with_hint("restart the daemon to follow it"));
  }
  return LoadedConfig{std::move(config), path, {}};
}

}  // namespace

std::string describe_trouble(const Error& trouble, bool refused) {
  return std::string(refused ? "the new configuration is refused, the old one stays"
                             : "the configuration cannot be read, the old one stays") +
         ": " + trouble.to_string();
}

ConfigWatch::ConfigWatch(io::FileSystem& files, ConfigPlace place)
    : files_(files), place_(std::move(place)), known_(fingerprint(place_.texts())) {}

void ConfigWatch::running(const LoadedConfig& loaded) {
  if (loaded.git) known_ = fingerprint(loaded.git->state.texts);
}

void ConfigWatch::failed(const Error& trouble) {
  known_fails_ = true;
  trouble_ = describe_trouble(trouble, true);
}

ConfigNews ConfigWatch::tell(Error trouble, bool refused, bool again) {
  trouble_ = describe_trouble(trouble, refused);
  std::string text = trouble.to_string();
  if (text == told_ && !again) return {};
  told_ = std::move(text);
  return {.config = std::nullopt, .trouble = std::move(trouble), .refused = refused};
}

ConfigNews ConfigWatch::look(Source& source, bool again, const Cancel& cancel) {
  control::ConfigTexts texts;
  std::optional<control::FleetState> state;
  if (place_.in_git()) {
    auto read = control::read_fleet(source, *place_.fleet(), cancel);
    if (!read) return cancel.cancelled() ? ConfigNews() : tell(read.error(), false, again);
    state = std::move(*read);
    texts = state->texts;
  } else {
    auto read = control::read_config_texts(files_, place_.path());
    if (!read) return tell(read.error(), false, again);
    texts = std::move(*read);
  }
  std::string now = fingerprint(texts);
  if (now == known_) {
    told_.clear();  // back to what is in force
    if (!known_fails_) trouble_.clear();
    return {};
  }
  auto loaded = state ? place_.parse(std::move(*state)) : parse_files(texts, place_.path());
  if (!loaded) return tell(loaded.error(), true, again);
  known_ = std::move(now);
  known_fails_ = false;
  told_.clear();
  trouble_.clear();
  return {.config = std::move(*loaded), .trouble = std::nullopt};
}

}  // namespace rumbo::app
