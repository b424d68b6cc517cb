#!/bin/sh
# Makes the rpm package of the bundle in dist/, as dist/pkginitrd-VERSION-1.noarch.rpm.
#
#   build.sh [--without-codec]      --without-codec: see plugin/deploy.sh
#
# SOURCE_DATE_EPOCH  the time of everything in it; by default that of the last commit
# PACKAGE_DIR        where the package goes instead of dist/
# RPM_PACKAGER       "NAME <ADDRESS>" for the package's metadata
#
# rpmbuild alone makes it: Debian has it in the package rpm.
set -eu

recipe=$(cd "$(dirname "$0")" && pwd)
source=$(cd "$recipe/../.." && pwd)
format=rpm
. "$source/plugin/recipe"
packager=${RPM_PACKAGER:-The pkginitrd authors <pkginitrd@users.noreply.github.com>}

main() {
    if ! command -v rpmbuild >/dev/null; then
        echo 'build.sh: No rpmbuild: install the package rpm-build, on Debian rpm' >&2
        exit 1
    fi
    deploy rpm
    settle_times
    files >"$work/files"
    spec >"$work/pkginitrd.spec"
    # Without the configuration of whoever builds it.
    HOME=$work rpmbuild -bb --quiet --define "_topdir $work/build" --define "_rpmdir $work/rpms" \
        --define '_build_name_fmt %%{NAME}-%%{VERSION}-%%{RELEASE}.%%{ARCH}.rpm' "$work/pkginitrd.spec" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
    cp "$work"/rpms/*.rpm "$target"
    echo "$target/pkginitrd-$version-1.noarch.rpm"
}

spec() {
    bundled | sed 's/^\([^ ]*\) \([^ ]*\) .*/Provides: bundled(npm(\1)) = \2/' >"$work/provides"
    grep -v '^#' "$source/plugin/hooks/filetriggers.spec" >"$work/triggers"
    sed -e "s|@ROOT@|$root|; s|@FILES@|$work/files|; s/@VERSION@/$version/; s/@LICENCE@/$(licence)/; s/@PACKAGER@/$packager/g" \
        -e "s/@DATE@/$(date -d "@$epoch" '+%a %b %d %Y')/" \
        -e "/^@PROVIDES@\$/{r $work/provides" -e 'd}' -e "/^@TRIGGERS@\$/{r $work/triggers" -e 'd}' "$recipe/pkginitrd.spec"
}

# Directories of its own alone: the others are those of other packages.
files() {
    (cd "$root" && find . -type d \( -path './usr/lib/pkginitrd*' -o -path './usr/share/licenses/pkginitrd' \) -printf '%%dir "/%P"\n')
    (cd "$root" && find . ! -type d -printf '"/%P"\n') |
        sed -E 's|^"/usr/share/licenses/|%license &|; s|^"/usr/share/man/|%doc &|' | sort
}

main
