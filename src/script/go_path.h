// Slash-separated paths as Go's path package cuts them.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace rumbo::script {

std::string path_clean(std::string_view path);
std::string path_base(std::string_view path);
std::string path_dir(std::string_view path);
std::string path_ext(std::string_view path);

}  // namespace rumbo::script
