// Provenance: a chart's `.prov` file, an OpenPGP clear-signed text that holds the archive's digest.
// The signature is checked by the gpgv program.
//
// Threads: any.
#pragma once

#include <string>
#include <string_view>

#include "base/cancel.h"
#include "io/env.h"

namespace rumbo::source {

/// Fails unless a key of the ring signed the text and the text names this digest ("sha256:…") for
/// an archive of the chart. Code::denied if the signature or the digest is wrong.
Result<> check_provenance(std::string_view provenance, const std::string& archive_digest,
                          const std::string& keyring, io::Env& env, const Cancel& cancel);

/// The digests that a signed text names, by file; the text is what gpgv has verified.
Result<std::string> digest_in_provenance(std::string_view signed_text);

}  // namespace rumbo::source
