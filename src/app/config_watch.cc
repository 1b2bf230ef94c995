#include "app/config_watch.h"

#include "base/log.h"
#include "control/config_loader.h"

namespace rumbo::app {
namespace {

/// Everything that decides what the configuration says, in one text.
std::string fingerprint(const Result<control::ConfigTexts>& texts) {
  if (!texts) return texts.error().to_string();
  std::string out;
  for (const auto& [file, text] : *texts) {
    out += file + '\0' + std::to_string(text.size()) + '\0' + text;
  }
  return out;
}

}  // namespace

ConfigWatch::ConfigWatch(io::FileSystem& files, std::string path)
    : files_(files),
      path_(std::move(path)),
      known_(fingerprint(control::read_config_texts(files_, path_))) {}

std::optional<Config> ConfigWatch::changed(bool again) {
  const auto texts = control::read_config_texts(files_, path_);
  std::string now = fingerprint(texts);
  if (now == known_ && !again) return std::nullopt;
  const bool same = now == known_;
  known_ = std::move(now);
  auto config = texts ? control::parse_config(*texts) : Result<Config>(fail(texts.error()));
  if (!config) {
    log(LogLevel::error, "serve", "the new configuration is refused, the old one stays: {}",
        config.error().to_string());
    return std::nullopt;
  }
  if (same) return std::nullopt;
  return std::move(*config);
}

}  // namespace rumbo::app
