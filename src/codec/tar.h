// tar: the regular files of an archive (ustar, GNU long names, pax), read from memory; and writing
// plain ustar.
//
// Threads: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace rumbo::codec {

struct TarEntry {
  std::string name;       ///< as written; not checked
  std::string_view data;  ///< inside the archive's bytes
  bool link = false;      ///< a symbolic or hard link
  std::string target;     ///< of a link, as far as the header holds it
};

struct TarLimits {
  std::size_t max_entries = 20'000;
};

/// Regular files and links in their order; folders and extension headers are left out, devices and
/// fifos an error. `bytes` must outlive the result.
Result<std::vector<TarEntry>> read_tar(std::string_view bytes, const TarLimits& limits = {});

/// A ustar archive of regular files, mode 0600, without owner and time: the same bytes for the same
/// entries. Code::invalid for a name over 100 bytes, Code::too_large for a file of 8 GiB or more.
Result<std::string> write_tar(const std::vector<TarEntry>& entries);

}  // namespace rumbo::codec
