#!/bin/sh
# Runs every fuzz target of the module for the time given, one after the other (go test takes one at a time).
# What root starts runs as the account of the tests, in a copy of the package; input that fails is kept in
# the package's testdata/fuzz either way.
set -eu
time=${1:?usage: fuzz.sh TIME}
account=unitd-test
minimize=1s # of each input that is interesting: with the usual minute a short run does nothing else

as_account() { # PACKAGE-DIRECTORY TARGET
	work=$(mktemp -d)
	go test -c -fuzz "^$2\$" -o "$work/fuzz.test" "$1"
	cp -r "$1" "$work/package"
	chown -R "$account" "$work"
	status=0
	(cd "$work/package" && runuser -u "$account" -- env HOME="$work" "$work/fuzz.test" \
		-test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$time" -test.fuzzminimizetime "$minimize" -test.fuzzcachedir "$work/cache") || status=$?
	if [ "$status" != 0 ] && [ -d "$work/package/testdata/fuzz" ]; then
		mkdir -p "$1/testdata"
		cp -r "$work/package/testdata/fuzz" "$1/testdata/"
	fi
	rm -rf "$work"
	return "$status"
}

grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort | while IFS=: read -r file func; do
	name=${func#func }
	dir=$(dirname "$file")
	echo "$dir $name"
	if [ "$(id -u)" = 0 ]; then
		as_account "$dir" "$name"
	else
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" -fuzzminimizetime "$minimize" "$dir" </dev/null
	fi
done
