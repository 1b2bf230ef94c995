#include "source/git_verify.h"

#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "crypto/digest.h"
#include "source/git_errors.h"

namespace rumbo::source {
namespace {

constexpr std::uint64_t kMaxCommit = 1ull << 20;
constexpr std::uint64_t kMaxKeys = 4ull << 20;
constexpr std::size_t kMostRemembered = 10'000;
constexpr Duration kTimeout = 30s;

/// gpg asks nobody, starts nothing, fetches nothing, and judges by the keyring alone.
constexpr std::string_view kGpgSettings =
    "batch\nno-tty\nno-autostart\nno-auto-key-retrieve\nno-auto-key-locate\ntrust-model always\n"
    "no-auto-check-trustdb\n";

tl::unexpected<Error> refused(std::string message, std::string hint) {
  return fail(Error(Code::denied, std::move(message)).with_hint(std::move(hint)));
}

/// The value of a header of a commit or tag; empty without it.
std::string_view header(std::string_view object, std::string_view name) {
  while (!object.empty() && object.front() != '\n') {
    const auto end = std::min(object.find('\n'), object.size());
    const std::string_view line = object.substr(0, end);
    if (line.size() > name.size() && line.starts_with(name) && line[name.size()] == ' ') {
      return line.substr(name.size() + 1);
    }
    object.remove_prefix(std::min(end + 1, object.size()));
  }
  return {};
}

SignatureKind kind_of_armour(std::string_view text) {
  if (text.starts_with("-----BEGIN SSH SIGNATURE-----")) return SignatureKind::ssh;
  if (text.starts_with("-----BEGIN PGP SIGNATURE-----") ||
      text.starts_with("-----BEGIN PGP MESSAGE-----")) {
    return SignatureKind::openpgp;
  }
  return text.empty() ? SignatureKind::none : SignatureKind::other;
}

/// "Ann <ann@example.com>" of an author or tagger.
std::string person(std::string_view object, const char* role) {
  const std::string_view line = header(object, role);
  return printable(line.substr(0, line.rfind('>') + 1), 256);
}

bool is_listed(const Signer& signer, const std::vector<std::string>& listed) {
  return listed.empty() || std::any_of(listed.begin(), listed.end(), [&](const std::string& one) {
           if (one == signer.name) return true;
           std::string print = one;
           std::erase(print, ' ');
           if (print.size() < 16) return false;  // a short id can be made to measure
           if (!print.starts_with("SHA256:")) {
             std::transform(print.begin(), print.end(), print.begin(),
                            [](unsigned char c) { return std::toupper(c); });
           }
           return signer.fingerprint.ends_with(print) || signer.primary.ends_with(print);
         });
}

/// Why the signature is no good, in words that name its key.
std::string complaint(std::string_view text) {
  for (const auto raw : split(text, '\n')) {
    std::string_view line = trim(raw);
    const std::string_view good_key = "Good \"git\" signature with ";
    if (line.starts_with(good_key)) {
      return "it is signed with " + printable(line.substr(good_key.size()), 256) +
             ", which no line of the allowed signers names";
    }
    if (!line.starts_with("[GNUPG:] ")) continue;
    line.remove_prefix(9);
    const auto words = split(line, ' ');
    const std::string key = words.size() > 1 ? printable(words[1], 64) : "";
    if (words[0] == "NO_PUBKEY") return "it is signed with key " + key + ", not in the keyring";
    if (words[0] == "BADSIG")
      return "its signature by " + printable(line.substr(7), 256) + " is forged";
    if (words[0] == "EXPKEYSIG") return "it is signed with the expired key " + key;
    if (words[0] == "REVKEYSIG") return "it is signed with the revoked key " + key;
    if (words[0] == "EXPSIG") return "its signature by key " + key + " has expired";
  }
  const std::string_view said = trim(text);
  return "its signature does not verify" +
         (said.empty() ? std::string() : ": " + printable(said, 256));
}

}  // namespace

SignatureKind signature_kind(std::string_view object, bool tag) {
  if (!tag) {
    const std::string_view one = header(object, "gpgsig");
    return kind_of_armour(one.empty() ? header(object, "gpgsig-sha256") : one);
  }
  const auto at = object.find("\n-----BEGIN ");
  return at == std::string_view::npos ? SignatureKind::none : kind_of_armour(object.substr(at + 1));
}

Signer parse_signer(std::string_view text) {
  Signer signer;
  for (const auto raw : split(text, '\n')) {
    std::string_view line = trim(raw);
    const std::string_view good = "Good \"git\" signature for ";
    if (line.starts_with(good)) {
      // "NAME with ED25519 key SHA256:…"; the name comes from the file of allowed signers.
      const auto with = line.rfind(" with ");
      const auto key = line.rfind(" key ");
      if (with == std::string_view::npos || key == std::string_view::npos || key < with) continue;
      signer.name = line.substr(good.size(), with - good.size());
      signer.fingerprint = line.substr(key + 5);
      continue;
    }
    if (!line.starts_with("[GNUPG:] ")) continue;
    line.remove_prefix(9);
    const auto words = split(line, ' ');
    if (words[0] == "GOODSIG" && words.size() > 2) signer.name = line.substr(9 + words[1].size());
    if (words[0] == "VALIDSIG" && words.size() > 1) {
      signer.fingerprint = words[1];
      signer.primary = words.back();
    }
  }
  return signer;
}

Result<std::string> GitVerifier::keyring(const std::string& file, const Cancel& cancel) {
  auto& files = env_.files;
  const std::string keys = TRY(files.read_all(file, kMaxKeys));
  const std::string name = crypto::sha256(keys).substr(7, 32);
  const std::string home = directory_ + "/" + name;
  MutexLock lock(importing_);  // held for a short local program, once for each keyring
  if (files.stat(home + "/ready")) return home;
  TRY(files.remove_tree(home));
  TRY(files.make_directories(home, 0700));
  TRY(files.write_atomic(home + "/gpg.conf", kGpgSettings));
  io::Command command;
  command.argv = {"gpg", "--import"};
  command.env = io::minimal_environment();
  command.env["GNUPGHOME"] = home;
  command.input = keys;
  const auto exit =
      TRY(env_.process.run(command, cancel.with_deadline(env_.clock.mono() + kTimeout)));
  if (exit.status != 0) {
    return fail(Error(Code::invalid, "gpg cannot read the keyring `" + printable(file) +
                                         "`: " + printable(trim(exit.err), 256))
                    .with_hint("write it with `gpg --export --armor KEY`"));
  }
  TRY(files.write_atomic(home + "/ready", ""));
  return home;
}

Result<std::string> GitVerifier::signer_of(GitMirror& mirror, const GitSpec& spec,
                                           const std::string& id, const std::string& what,
                                           std::string_view object, const Cancel& cancel) {
  const GitVerify& policy = spec.verify;
  const bool tag = what.starts_with("tag");
  const SignatureKind kind = signature_kind(object, tag);
  const std::string by = person(object, tag ? "tagger" : "author");
  const std::string named = what + (by.empty() ? "" : " by " + by);
  if (kind == SignatureKind::none) {
    return refused(named + " is not signed",
                   "sign it (`git config commit.gpgsign true`), or take "
                   "`verify` out of the source");
  }
  const bool ssh = kind == SignatureKind::ssh;
  const bool known = ssh ? !policy.allowed_signers_file.empty() : !policy.keyring_file.empty();
  if (!known || kind == SignatureKind::other) {
    return refused(
        named + " is signed by " +
            (ssh                              ? "an ssh"
             : kind == SignatureKind::openpgp ? "an OpenPGP"
                                              : "another kind of") +
            " key, and no such keys are given",
        ssh ? "name a file as verify.allowedSignersFile" : "name a file as verify.keyringFile");
  }
  GitRunner::Call call;
  call.directory = mirror.directory();
  call.timeout = kTimeout;
  call.words = {"-c", "gpg.minTrustLevel=undefined"};
  if (ssh) {
    call.words.insert(call.words.end(),
                      {"-c", "gpg.ssh.allowedSignersFile=" + policy.allowed_signers_file});
  } else {
    call.env["GNUPGHOME"] = TRY(keyring(policy.keyring_file, cancel));
  }
  call.words.insert(call.words.end(), {tag ? "verify-tag" : "verify-commit", "--raw", "--", id});
  const auto exit = TRY(mirror.runner().try_run(call, cancel));
  const Signer signer = parse_signer(exit.err);
  if (exit.status != 0 || signer.fingerprint.empty()) {
    return refused(named + " is refused: " + complaint(exit.err),
                   "have it signed by somebody whose key is in the file, or add the key there");
  }
  const std::string shown =
      printable(signer.name, 256) + " (" + printable(signer.fingerprint, 128) + ")";
  if (is_listed(signer, policy.signers)) return shown;
  return refused(named + " is signed by " + shown + ", who is not among verify.signers",
                 "add the name or the key's fingerprint there if the signer may deploy");
}

Result<std::string> GitVerifier::tag_signer(GitMirror& mirror, const GitSpec& spec,
                                            const Revision& revision, std::uint64_t most,
                                            const Cancel& cancel) {
  std::string name = spec.ref.tag;
  if (name.empty()) name = revision.name.substr(0, revision.name.rfind('@'));
  if (spec.ref.tag.empty() && spec.ref.semver.empty()) {
    return refused("`verify` asks for a signed tag, and the reference is none",
                   "follow a tag or a semver range, or set verify.mode: commit");
  }
  const GitObject object = TRY(mirror.tag(spec, name, revision.id, most, cancel));
  const std::string what = "tag `" + printable(name, 128) + "` of commit " + revision.id;
  if (object.type != "tag") {
    return refused(what + " is a lightweight one, which cannot be signed",
                   "make it with `git tag --sign`");
  }
  // A good signature of another tag, put under this name, proves nothing about this one.
  if (header(object.content, "tag") != name) {
    return refused(
        what + " was signed under the name `" + printable(header(object.content, "tag"), 128) + "`",
        "somebody moved a signed tag to another name: find out who");
  }
  return signer_of(mirror, spec, object.name, what, object.content, cancel);
}

Result<std::string> GitVerifier::verify(GitMirror& mirror, const GitSpec& spec,
                                        const Revision& revision, std::uint64_t most,
                                        const Cancel& cancel) {
  const GitVerify& policy = spec.verify;
  std::string key = revision.id + " " + revision.name + " " + mirror.directory() + " " +
                    std::to_string(static_cast<int>(policy.what)) + join(policy.signers, ",");
  for (const auto* file : {&policy.allowed_signers_file, &policy.keyring_file}) {
    if (file->empty()) continue;
    auto keys = env_.files.read_all(*file, kMaxKeys);
    if (!keys) return fail(std::move(keys).error().with_context("the keys of `verify`"));
    key += " " + crypto::sha256(*keys);
  }
  const auto known = verified_.with([&](const auto& all) {
    const auto it = all.find(key);
    return it == all.end() ? std::string() : it->second;
  });
  if (!known.empty()) return known;
  std::string signer;
  if (policy.what != GitVerify::What::commit) {
    signer = TRY(tag_signer(mirror, spec, revision, most, cancel));
  }
  if (policy.what != GitVerify::What::tag) {
    const auto commit = TRY(mirror.read({revision.id}, kMaxCommit, cancel));
    signer = TRY(signer_of(mirror, spec, revision.id, "commit " + revision.id,
                           commit.front().content, cancel));
  }
  verified_.with([&](auto& all) {
    if (all.size() >= kMostRemembered) all.clear();
    all[key] = signer;
  });
  return signer;
}

}  // namespace rumbo::source
