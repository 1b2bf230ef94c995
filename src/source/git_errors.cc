#include "source/git_errors.h"

#include <array>

#include "base/strings.h"
#include "source/git_url.h"

namespace rumbo::source {
namespace {

struct Meaning {
  std::string_view words;  ///< as git or ssh writes them; the first that is found counts
  Code code;
  Retry retry;
  std::string_view hint;
};

constexpr std::string_view kCredentials = "check the credentials file of this repository";
constexpr std::string_view kExists = "check the URL, the reference and the rights to read it";

constexpr std::string_view kTooLarge =
    "the repository is larger than what one transfer may bring; deploy from a smaller one";
constexpr std::string_view kGoneAway = "the server ended the transfer in the middle";
constexpr std::string_view kDamaged = "the local copy is built anew at the next look";

constexpr std::array<Meaning, 40> kMeanings{{
    {"No space left on device", Code::exhausted, Retry::later, "free some disk space"},
    {"Disk quota exceeded", Code::exhausted, Retry::later, "free some disk space"},
    {"File size limit exceeded", Code::too_large, Retry::never, kTooLarge},
    {"died of signal 25", Code::too_large, Retry::never, kTooLarge},  // SIGXFSZ
    {"returned error: 429", Code::unavailable, Retry::later,
     "the server asks for patience: look less often with pollInterval, or use a webhook"},
    {"returned error: 407", Code::denied, Retry::never, "the proxy refuses: check its settings"},
    {"returned error: 5", Code::unavailable, Retry::later, "the server is in trouble; see its log"},
    {"repository not exported", Code::not_found, Retry::never, kExists},
    {"does not appear to be a git repository", Code::not_found, Retry::never, kExists},
    {"not our ref", Code::not_found, Retry::never, kExists},
    {"couldn't find remote ref", Code::not_found, Retry::never, kExists},
    {"Repository not found", Code::not_found, Retry::never, kExists},
    {"returned error: 404", Code::not_found, Retry::never, kExists},
    {"/' not found", Code::not_found, Retry::never, kExists},
    {"Authentication failed", Code::denied, Retry::never, kCredentials},
    {"could not read Username", Code::denied, Retry::never, kCredentials},
    {"could not read Password", Code::denied, Retry::never, kCredentials},
    {"terminal prompts disabled", Code::denied, Retry::never, kCredentials},
    {"returned error: 401", Code::denied, Retry::never, kCredentials},
    {"returned error: 403", Code::denied, Retry::never, kCredentials},
    {"Permission denied", Code::denied, Retry::never, kCredentials},
    {"REMOTE HOST IDENTIFICATION HAS CHANGED", Code::denied, Retry::never,
     "find out why the server's key changed before you trust the new one"},
    {"Host key verification failed", Code::denied, Retry::never,
     "add the server's key to known_hosts, or to the file of knownHostsFile"},
    {"dubious ownership", Code::denied, Retry::never,
     "the repository belongs to another user of this machine: change its owner or read it over a "
     "network URL"},
    {"transport '", Code::denied, Retry::never, "use https, ssh, http, git or file"},
    {"cannot run ssh", Code::unsupported, Retry::never, "install openssh-client"},
    {"unable to find remote helper", Code::unsupported, Retry::never,
     "install git's helper for this protocol"},
    {"unexpected disconnect", Code::unavailable, Retry::later, kGoneAway},
    {"early EOF", Code::unavailable, Retry::later, kGoneAway},
    {"ssh: ", Code::unavailable, Retry::later, "check that the server answers ssh"},
    {"SSL certificate problem", Code::unavailable, Retry::later,
     "name the authority that signed it as the CA file"},
    {"not a git repository", Code::corrupt, Retry::later, kDamaged},
    {"bad object", Code::corrupt, Retry::later, kDamaged},
    {"is corrupt", Code::corrupt, Retry::later, kDamaged},
    {"object file", Code::corrupt, Retry::later, kDamaged},
    {"unable to read", Code::corrupt, Retry::later, kDamaged},
    {"ot a valid object name", Code::corrupt, Retry::later, kDamaged},
    {"not a tree object", Code::corrupt, Retry::later, kDamaged},
    {"all necessary objects", Code::corrupt, Retry::later, kDamaged},
    // Last: index-pack says the cause itself, unless SIGXFSZ ended it without a word.
    {"invalid index-pack output", Code::too_large, Retry::never, kTooLarge},
}};

/// The line that says most: the one with the words, else the last that git calls fatal, else the
/// last.
std::string telling_line(std::string_view text, std::string_view words) {
  std::string_view best;
  bool fatal = false;
  for (const auto raw : split(text, '\n')) {
    const auto line = trim(raw);
    if (line.empty()) continue;
    if (!words.empty()) {
      if (line.find(words) != std::string_view::npos) best = line;
      continue;
    }
    const bool is_fatal = line.starts_with("fatal:") || line.starts_with("error:");
    if (fatal && !is_fatal) continue;
    fatal = fatal || is_fatal;
    best = line;
  }
  for (const std::string_view prefix : {"remote: ", "fatal: ", "error: ", "remote error: "}) {
    if (best.starts_with(prefix)) best.remove_prefix(prefix.size());
  }
  return printable(without_credentials(best), 512);
}

}  // namespace

Error git_error(std::string_view stderr_text) {
  for (const Meaning& meaning : kMeanings) {
    if (stderr_text.find(meaning.words) == std::string_view::npos) continue;
    return Error(meaning.code, "git: " + telling_line(stderr_text, meaning.words), meaning.retry)
        .with_hint(std::string(meaning.hint));
  }
  const std::string line = telling_line(stderr_text, {});
  return Error(Code::unavailable, "git: " + (line.empty() ? "failed without a word" : line),
               Retry::later);
}

bool is_refused_by_id(std::string_view stderr_text) {
  for (const std::string_view words :
       {"unadvertised object", "not our ref", "dumb http transport", "does not support shallow"}) {
    if (stderr_text.find(words) != std::string_view::npos) return true;
  }
  return false;
}

}  // namespace rumbo::source
