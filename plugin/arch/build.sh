#!/bin/sh
# Makes the package for Arch Linux of the bundle in dist/, as dist/pkginitrd-VERSION-1-any.pkg.tar.zst.
#
#   build.sh [--without-codec]      --without-codec: see plugin/deploy.sh
#
# SOURCE_DATE_EPOCH  the time of everything in it; by default that of the last commit
# PACKAGE_DIR        where the package goes instead of dist/
# PACKAGER           "NAME <ADDRESS>" for the package's metadata
#
# bsdtar and zstd alone make it, as makepkg(8) does: Debian has them in the packages libarchive-tools and zstd.
set -eu

recipe=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$recipe/../.." && pwd)
format=arch
. "$source/plugin/recipe"
packager=${PACKAGER:-The pkginitrd authors <pkginitrd@users.noreply.github.com>}
package=$target/pkginitrd-$version-1-any.pkg.tar.zst

main() {
    for program in bsdtar zstd; do
        command -v "$program" >/dev/null && continue
        echo "build.sh: No $program: install it, on Debian with the packages libarchive-tools and zstd" >&2
        exit 1
    done
    deploy arch
    metadata
    settle_times
    cd "$root"
    members | bsdtar -cf - --format=mtree --options='!all,use-set,type,uid,gid,mode,time,size,sha256,link' \
        --null --files-from - --no-recursion --uid 0 --gid 0 | gzip -9n >.MTREE
    touch --date "@$epoch" .MTREE
    members .MTREE | bsdtar -cf - --format=ustar --null --files-from - --no-recursion --uid 0 --gid 0 --uname root --gname root \
        --no-fflags --no-xattrs --no-acls | zstd -q -19 -T1 -f -o "$package"
    echo "$package"
}

metadata() {
    size=$(find "$root" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
    cp "$recipe/install" "$root/.INSTALL"
    {
        sed "s/@VERSION@/$version/; s/@EPOCH@/$epoch/; s/@PACKAGER@/$packager/; s/@SIZE@/$size/" "$recipe/pkginfo"
        printf 'license = %s\n' "$(licence)"
    } >"$root/.PKGINFO"
}

# What describes the package comes first.
members() {
    printf '%s\0' "$@" .PKGINFO .INSTALL
    find . -mindepth 1 ! -name '.[A-Z]*' -printf '%P\0' | sort -z
}

main
