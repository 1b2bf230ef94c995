# Compiler and linker flags, one place. Warnings are errors everywhere.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE})
  # pch_defines and time_macros: without them ccache never hits when a header is precompiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD AND NOT CMAKE_BUILD_TYPE STREQUAL "Release")  # LTO needs the compiler's own linker
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor
                    -Wold-style-cast -Werror -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)  # lets ccache see through the precompiled header
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  add_compile_options(-Wthread-safety -Wno-gnu-statement-expression-from-macro-expansion)
endif()

if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-fstack-protector-strong -fstack-clash-protection -U_FORTIFY_SOURCE
                      -D_FORTIFY_SOURCE=3 -D_GLIBCXX_ASSERTIONS)
  add_link_options(-static-libstdc++ -static-libgcc -Wl,-z,relro,-z,now -Wl,--as-needed
                   -Wl,-z,pack-relative-relocs)  # 30,000 of them at each start
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND
   (RUMBO_SANITIZE OR RUMBO_LIBRARY_FLAGS OR NOT CMAKE_BUILD_TYPE STREQUAL "Debug"))
  # When it optimises, GCC 12 sees copies of std::string out of bounds that are not (its bug 105651);
  # the address sanitizer looks at the real ones.
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(RUMBO_SANITIZE)
  add_compile_options(-fsanitize=${RUMBO_SANITIZE} -fno-sanitize-recover=all -O1)
  add_link_options(-fsanitize=${RUMBO_SANITIZE})
  if(RUMBO_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences: its queues have locks besides, which TSan sees
  endif()
endif()
if(RUMBO_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
