#!/bin/sh
# Vets and tests the packages given; GO and TIMEOUT come from the Makefile.
#
# Tests of real processes read testdata as an ordinary user even when root starts them (internal/testuser).
# Where that user cannot reach the repository, they run in a copy that everyone may read.
set -eu
: "${GO:=go}" "${TIMEOUT:=8m}"
account=unitd-test

reachable() {
	runuser -u "$account" -- test -r "$PWD/go.mod" 2>/dev/null &&
		[ -z "$(find . -path ./.git -prune -o \( -type d ! -perm -o=rx -o -type f ! -perm -o=r \) -print -quit)" ]
}

if [ "$(id -u)" = 0 ] && ! reachable; then
	copy=$(mktemp -d)
	trap 'rm -rf "$copy"' EXIT
	trap 'exit 130' INT TERM
	tar --exclude=./.git --exclude=./bin --exclude=./dist -cf - . | tar -C "$copy" -xf -
	chmod -R a+rX "$copy"
	cd "$copy"
	echo "tests run in a copy: $account cannot read this directory"
fi

race=
if command -v "${CC:-gcc}" >/dev/null 2>&1; then
	race=-race
else
	echo "no C compiler: without the race detector" >&2
fi
"$GO" vet "$@"
# -count=1: the end-to-end tests start programs that Go's cache of test results does not know of.
# The package whose tests outrun fork storms is tested first and alone: beside others each keeps the other from the processors.
storms=unitd/runtime/process
alone=$("$GO" list "$@" | grep -x "$storms" || true)
others=$("$GO" list "$@" | grep -vx "$storms" || true)
for packages in "$alone" "$others"; do
	if [ -n "$packages" ]; then
		"$GO" test -count=1 $race -timeout "$TIMEOUT" $packages
	fi
done
