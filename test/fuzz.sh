#!/bin/sh
# Runs every fuzz target of the module for the time given, one after the other (go test takes one at a time).
set -eu
time=${1:?usage: fuzz.sh TIME}

grep -rEo --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | sort | while IFS=: read -r file func; do
	name=${func#func }
	echo "$(dirname "$file") $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$(dirname "$file")" </dev/null
done
