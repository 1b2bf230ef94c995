#include "source/provenance.h"

#include "base/strings.h"
#include "codec/yaml.h"
#include "source/chart_release.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxKeyring = 16 << 20;
constexpr Duration kTimeout = 30s;

tl::unexpected<Error> denied(std::string why) {
  return fail(Error(Code::denied, "provenance: " + std::move(why))
                  .with_hint("the chart is not what its author signed, or the key is not in the "
                             "keyring: nothing is deployed of it"));
}

/// gpgv's last word on a failure, without its prefix.
std::string reason(std::string_view text) {
  std::string last = "gpgv refuses it";
  for (const auto line : split(text, '\n')) {
    if (!trim(line).empty()) last = printable(trim(line), 256);
  }
  return last;
}

}  // namespace

Result<std::string> digest_in_provenance(std::string_view signed_text) {
  codec::YamlOptions options;
  options.limits.max_bytes = 1 << 20;
  // Chart.yaml, a line of three dots, then the files.
  const std::size_t dots = signed_text.find("\n...\n");
  if (dots == std::string_view::npos) return denied("the signed text names no files");
  const Value files = TRY(codec::parse_yaml_value(signed_text.substr(dots + 5), "prov", options));
  const Value& all = files["files"];
  if (all.size() != 1) return denied("the signed text must name exactly one file");
  std::string digest = normal_digest(all.members()[0].value.as_string());
  if (digest.empty()) return denied("the signed text holds no SHA-256 digest");
  return digest;
}

Result<> check_provenance(std::string_view provenance, const std::string& archive_digest,
                          const std::string& keyring, io::Env& env, const Cancel& cancel) {
  if (auto keys = env.files.read_all(keyring, kMaxKeyring); !keys) {
    return fail(std::move(keys).error().with_context("the keyring"));
  } else if (keys->starts_with("-----BEGIN")) {
    return fail(Error(Code::invalid, "the keyring `" + printable(keyring) + "` is armoured text")
                    .with_hint("write it with `gpg --export > FILE`, without --armor"));
  }
  io::Command command;
  command.argv = {
      "gpgv",     "--quiet", "--keyring", keyring.starts_with('/') ? keyring : "./" + keyring,
      "--output", "-",       "-"};
  command.env = io::minimal_environment();
  command.env["GNUPGHOME"] = "/nonexistent";  // no keys but those of the ring
  command.input = provenance;
  command.max_output = 4 << 20;
  auto exit = env.process.run(command, cancel.with_deadline(env.clock.mono() + kTimeout));
  if (!exit) {
    return fail(std::move(exit).error().with_hint("install gpgv: it checks signatures of charts"));
  }
  if (exit->status != 0) return denied(reason(exit->err));
  // Only what gpgv prints was signed; text around it in the file counts for nothing.
  const std::string digest = TRY(digest_in_provenance(exit->out));
  if (digest != archive_digest) {
    return denied("the archive is " + archive_digest + ", signed was " + digest);
  }
  return {};
}

}  // namespace rumbo::source
