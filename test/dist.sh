#!/bin/sh
# Makes dist/unitd-VERSION-linux-ARCH.tar.gz for amd64 and arm64, and SHA256SUMS. The same commit gives the
# same bytes on every machine: times come from the commit, names are sorted, owners are 0.
set -eu
: "${VERSION:?}" "${GOBUILD:?}"
epoch=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}

rm -rf dist
mkdir dist
for arch in amd64 arm64; do
	name=unitd-$VERSION-linux-$arch
	mkdir "dist/$name"
	eval "GOOS=linux GOARCH=$arch $GOBUILD -o dist/$name/ ./cmd/unitd ./cmd/unitctl"
	cp LICENSE README.md CHANGELOG.md docs/man/* "dist/$name/"
	chmod 0644 "dist/$name"/*
	chmod 0755 "dist/$name" "dist/$name/unitd" "dist/$name/unitctl"
	tar -C dist --sort=name --mtime="@$epoch" --owner=0 --group=0 --numeric-owner --format=ustar -cf - "$name" |
		gzip -9n >"dist/$name.tar.gz"
	rm -r "dist/$name"
done
cd dist
sha256sum ./*.tar.gz | sed 's, \./, ,' | tee SHA256SUMS
