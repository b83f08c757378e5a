#!/bin/sh
# Builds the interpreter of one architecture: build.sh amd64|arm64 OUTPUT
# and says in OUTPUT.cc with which compiler and linker.
# CC overrides the compiler. Run `go generate` in ../ to rebuild what is embedded.
set -eu
cd "$(dirname "$0")"
case "$1" in
amd64) cc=${CC:-x86_64-linux-gnu-gcc} arch="-mno-red-zone -fcf-protection=none" ;;
arm64) cc=${CC:-aarch64-linux-gnu-gcc} arch="-mbranch-protection=none -mno-outline-atomics" ;;
*) echo "build interpreter: no architecture $1" >&2; exit 2 ;;
esac
case "${2:?output file}" in /*) out=$2 ;; *) out=$OLDPWD/$2 ;; esac
# shellcheck disable=SC2086 # the options of an architecture are words
$cc -std=c11 -Wall -Wextra -Werror -Os $arch -mgeneral-regs-only \
	-ffreestanding -fno-builtin -fno-pic -fno-pie -fomit-frame-pointer -fno-stack-protector \
	-fno-asynchronous-unwind-tables -fno-unwind-tables -fno-tree-loop-distribute-patterns \
	-nostdlib -static -no-pie -s \
	-Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,norelro -Wl,-z,max-page-size=65536 -Wl,-T,interpreter.ld \
	-o "$out" interpreter.c
{ $cc --version | head -n 1; $($cc -print-prog-name=ld) --version | head -n 1; } >"$out.cc"
