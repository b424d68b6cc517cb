#!/bin/sh
# Makes the Debian package of the bundle in dist/, as dist/pkginitrd_VERSION_all.deb.
#
#   build.sh [--without-codec]      --without-codec: see plugin/deploy.sh
#
# SOURCE_DATE_EPOCH  the time of everything in it; by default that of the last commit
# PACKAGE_DIR        where the package goes instead of dist/
# DEB_MAINTAINER     "NAME <ADDRESS>" for the package's metadata
#
# dpkg-deb alone makes it: the package is the same wherever it is made.
set -eu

recipe=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$recipe/../.." && pwd)
format=deb
. "$source/plugin/recipe"
maintainer=${DEB_MAINTAINER:-The pkginitrd authors <pkginitrd@users.noreply.github.com>}
doc=$root/usr/share/doc/pkginitrd

main() {
    mkdir -p "$root/DEBIAN"
    deploy debian
    documents
    metadata
    settle_times
    dpkg-deb --root-owner-group -Zxz --build "$root" \
        "$target/pkginitrd_${version}_all.deb"
}

documents() {
    mkdir -p "$doc"
    filled "$recipe/changelog" | gzip -9n >"$doc/changelog.gz"
    {
        sed '/^@LICENCE@$/,$d' "$recipe/copyright" |
            sed "s/@COPYRIGHT@/$(sed -n 's/^Copyright (c) //p' "$source/LICENSE")/"
        sed '1,/^$/d; /^Copyright/,/^$/d; s/^$/./; s/^/ /' "$source/LICENSE"
    } >"$doc/copyright"
    gzip -9n "$doc/bundled-licences"
}

metadata() {
    cp "$recipe/conffiles" "$recipe/triggers" "$recipe/postinst" "$recipe/prerm" "$recipe/postrm" "$root/DEBIAN"
    chmod 755 "$root"/DEBIAN/p*
    (cd "$root" && find . -name DEBIAN -prune -o -path ./etc -prune -o -type f -printf '%P\0' |
        sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    # Of the files alone: directories are of another size on another file system.
    size=$(find "$root" -name DEBIAN -prune -o -type f -printf '%s\n' | awk '{ k += int(($1 + 1023) / 1024) } END { print k }')
    filled "$recipe/control" | sed "s/@SIZE@/$size/" >"$root/DEBIAN/control"
}

filled() {
    sed "s/@VERSION@/$version/; s/@MAINTAINER@/$maintainer/; s/@DATE@/$(date -R -d "@$epoch")/" "$1"
}

main
