// GitVerifier: whether a revision was signed by somebody who may, as git, ssh-keygen and gpg see
// it.
//
// Threads: any.
#pragma once

#include <map>
#include <string>

#include "base/guarded.h"
#include "source/git_mirror.h"

namespace rumbo::source {

class GitVerifier {
 public:
  /// `directory` is its own: it keeps gpg's form of keyrings there.
  GitVerifier(std::string directory, io::Env& env) : directory_(std::move(directory)), env_(env) {}

  /// Who signed the commit, the tag, or both, as the spec asks: "alice@example.com" or a name with
  /// a fingerprint. Code::denied names the commit, and the signer if there is one. Remembers what
  /// it found for as long as the files of keys stay the same.
  Result<std::string> verify(GitMirror& mirror, const GitSpec& spec, const Revision& revision,
                             std::uint64_t most, const Cancel& cancel);

 private:
  Result<std::string> signer_of(GitMirror& mirror, const GitSpec& spec, const std::string& id,
                                const std::string& what, std::string_view object,
                                const Cancel& cancel);
  Result<std::string> tag_signer(GitMirror& mirror, const GitSpec& spec, const Revision& revision,
                                 std::uint64_t most, const Cancel& cancel);
  Result<std::string> keyring(const std::string& file, const Cancel& cancel);

  const std::string directory_;
  io::Env& env_;
  Guarded<std::map<std::string, std::string>> verified_;  ///< by commit and what was asked
  Mutex importing_;
};

/// What a signed object says about how it was signed.
enum class SignatureKind { none, ssh, openpgp, other };

/// The signature in a commit's header or at a tag's end.
SignatureKind signature_kind(std::string_view object, bool tag);

/// The signer in what `git verify-commit --raw` wrote of a good signature: a name, and the key's
/// fingerprint.
struct Signer {
  std::string name, fingerprint;
  std::string primary;  ///< OpenPGP: fingerprint of the key that a subkey belongs to
};
Signer parse_signer(std::string_view text);

}  // namespace rumbo::source
