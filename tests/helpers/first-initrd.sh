#!/bin/bash
# From a fresh clone to a first initrd, on Debian as root: npm run first-initrd
# Builds for the newest kernel of this machine; where none is installed, for the distribution's kernel package, which is
# unpacked aside into .cache/ and installs nothing.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cd "$checkout"

main() {
    local version arguments=()
    [ "$(id -u)" = 0 ] || die 'root is needed to install packages into the initrd: run it with sudo'
    command -v apt-get >/dev/null || die 'this works on Debian and Ubuntu; elsewhere: npm ci, npm run build, pkginitrd build'

    say 'installing what a build needs'
    "$here/setup.sh" programs lists
    say 'installing the development packages by npm ci'
    npm ci
    say 'building the bundle'
    npm run build

    version=$(newest_kernel /)
    if [ -n "$version" ]; then
        say "building for the installed kernel $version"
    else
        say 'no kernel is installed: unpacking the package of the distribution aside'
        "$here/setup.sh" kernel
        # shellcheck source=/dev/null
        arguments=(--kernel-root "$checkout/.cache/kernel-$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")")
        version=$(newest_kernel "${arguments[1]}")
        [ -n "$version" ] || die "no kernel below ${arguments[1]}"
        say "building for its kernel $version"
    fi
    mkdir -p .cache/first-initrd
    # The image is read back and checked before it gets its name.
    node dist/pkginitrd.mjs build -k "$version" "${arguments[@]}" -O "$checkout/.cache/first-initrd" -o "initrd-$version"
    say "done: .cache/first-initrd/initrd-$version, $(stat -c %s ".cache/first-initrd/initrd-$version") bytes"
}

# newest_kernel ROOT: the version, empty where there is none with modules and their indexes.
newest_kernel() {
    local index
    for index in "${1%/}"/usr/lib/modules/*/modules.dep "${1%/}"/lib/modules/*/modules.dep; do
        [ ! -e "$index" ] || basename "$(dirname "$index")"
    done | sort -V | tail -n 1
}

say() {
    printf 'first-initrd: %s\n' "$1" >&2
}

die() {
    say "$1"
    exit 1
}

main "$@"
