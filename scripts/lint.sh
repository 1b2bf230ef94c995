#!/usr/bin/env bash
# Formatting of all C++ files, shell syntax of all scripts, clang-tidy of the sources that changed.
#
# usage: scripts/lint.sh     BASE=<commit> chooses what "changed" is measured from.
set -euo pipefail
cd "$(dirname "$0")/.."
max_files=${LINT_MAX_FILES:-30}

say() { printf 'lint: %s\n' "$*"; }

# From a commit before HEAD: where this branch left main, or else the commit before.
base=${BASE:-$(git merge-base HEAD origin/main 2> /dev/null || true)}
if [[ -z $base || $base == $(git rev-parse HEAD) ]]; then
  base=$(git rev-parse --verify -q HEAD~1 || git hash-object -t tree /dev/null)
fi

mapfile -t sources < <(git ls-files '*.cc' '*.h')
clang-format-16 --dry-run -Werror "${sources[@]}"
say "formatting of ${#sources[@]} files: good"

mapfile -t shell < <(git grep -l -E '^#!.*bash' -- . ':!*.md')
for script in "${shell[@]}"; do bash -n "$script"; done
say "syntax of ${#shell[@]} shell scripts: good"

mapfile -t changed < <(git diff --name-only --diff-filter=d "$base" -- 'src/*.cc' 'tests/*.cc' \
  'fuzz/*.cc' 'bench/*.cc' 'demo/*.cc')
# Sources that clang-tidy has not seen in full depth yet: take a line out once the file is clean.
pending=scripts/lint_pending.txt
if [[ -s $pending && ${LINT_PENDING:-no} != yes ]]; then
  say "$(wc -l < "$pending") sources wait for clang-tidy ($pending; LINT_PENDING=yes looks at them too)"
  mapfile -t changed < <(((${#changed[@]})) && printf '%s\n' "${changed[@]}" | grep -vxFf "$pending" || true)
fi
if ((${#changed[@]} == 0)); then
  say "no C++ source changed since $(git rev-parse --short "$base")"
  exit 0
fi
if ((${#changed[@]} > max_files)); then
  say "${#changed[@]} sources changed: clang-tidy looks at $max_files of them, spread evenly (LINT_MAX_FILES)"
  mapfile -t changed < <(printf '%s\n' "${changed[@]}" |
    awk -v n="${#changed[@]}" -v m="$max_files" 'int(NR * m / n) != int((NR - 1) * m / n)')
fi
# Without the precompiled header: it is another compiler's.
if [[ ! -f build/lint/compile_commands.json ]]; then
  mkdir -p build
  cmake --preset clang -B build/lint -DRUMBO_PCH=OFF > build/lint.configure.log
fi
printf '%s\n' "${changed[@]}" | xargs -P "${JOBS:-$(nproc)}" -n 4 \
  clang-tidy-16 --quiet -p build/lint --warnings-as-errors='*' 2> build/lint/tidy.log ||
  { tail -n 20 build/lint/tidy.log >&2; exit 1; }
say "clang-tidy of ${#changed[@]} sources: good"
