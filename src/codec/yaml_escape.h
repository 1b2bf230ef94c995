// The escapes in double quotes that libyaml and go-yaml do not agree on: go-yaml does not know
// `\/`, and takes `\'`. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace rumbo::codec {

/// Where the backslash of a `\/` stands in `quoted`, the text of a double-quoted scalar.
std::optional<std::size_t> slash_escape(std::string_view quoted);

/// `text` with every `\'` that libyaml stumbles over as `'`; nullopt if there is none, or if there
/// are so many in so long a text that looking for them takes too much time.
std::optional<std::string> without_quote_escapes(std::string_view text);

}  // namespace rumbo::codec
