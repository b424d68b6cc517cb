#!/bin/bash
# Prepares the machine and the fixtures in .cache/ that the tests need. What is there already is left alone.
#
#   setup.sh [programs] [tools] [lists] [busybox] [kernel] [trixie] [older_kernel] [uml] [debian_boot] [pacman] [rpm] [dnf5]   all where none is named
#
# programs the programs that a build of the product runs
# tools    those, and the programs that the tests run
# lists    the machine's apt lists, fetched where absent or older than a day: a build takes its packages by them
# busybox  .cache/busybox: Debian's busybox-static, unpacked; the guests' whole user space
# kernel   .cache/kernel-CODENAME: the distribution's newest kernel package, unpacked aside, with depmod's indexes
# older_kernel  .cache/kernel-bookworm: that of Debian 12, which tests hold against Debian 13's, whatever the machine's is
# uml      .cache/uml: User Mode Linux, a kernel that is a program here and needs no module for its disks; without its modules
# trixie   .cache/trixie: a Debian 13 with systemd, Node.js and a kernel, entered by enter-root.sh
# debian_boot  .cache/debian-boot/CODENAME/PACKAGE: what has a hand in Debian's boot entries, unpacked and not installed
# pacman   the programs that make .cache/pacman-distribution out of Debian 13's packages, which the tests do themselves,
#          and .cache/pacman-6: the older pacman of Debian 12
# rpm      .cache/rpm: a small rpm distribution made of trixie's packages, see rpm/distribution.ts
# dnf5     .cache/dnf5: a host of that distribution with the dnf 5 and rpm 6 of the next Debian
#
# Needs root on Debian or Ubuntu; elsewhere it says what it skips and ends well, and the tests skip themselves.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
checkout=$(cd "$here/../.." && pwd)
cache=$checkout/.cache
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
security=${DEBIAN_SECURITY_MIRROR:-http://deb.debian.org/debian-security}
trixie_packages=(
    systemd systemd-sysv udev dbus kmod zstd xz-utils cpio e2fsprogs fdisk nodejs bubblewrap ca-certificates procps time
)

main() {
    local steps=("$@") step
    [ $# -gt 0 ] || steps=(tools lists busybox kernel trixie older_kernel uml debian_boot pacman rpm dnf5)
    if [ "$(id -u)" != 0 ]; then
        say "not root: skipped ${steps[*]}"
        return
    fi
    if ! command -v apt-get >/dev/null; then
        say "no apt-get on this machine: skipped ${steps[*]}"
        return
    fi
    mkdir -p "$cache"
    # Two runs at once would build the same fixture twice.
    exec 9>"$cache/.lock"
    flock 9
    for step in "${steps[@]}"; do "step_$step"; done
}

step_programs() {
    install_missing zstd:zstd xz-utils:xz kmod:depmod bubblewrap:bwrap util-linux:flock dpkg:dpkg-deb
}

step_tools() {
    step_programs
    install_missing debootstrap:debootstrap qemu-system-x86:qemu-system-x86_64 e2fsprogs:mkfs.ext4 systemd:kernel-install \
        ca-certificates:update-ca-certificates libcap2-bin:getcap cpio:cpio binutils:readelf gcc:gcc openssl:openssl \
        python3:python3 gpg:gpg procps:ps lz4:lz4 bzip2:bzip2 dosfstools:mkfs.fat fdisk:sfdisk openssh-client:ssh \
        swtpm:swtpm tang:/usr/libexec/tangd mtools:mformat
    # A firmware with variables of EFI, for guests.
    [ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || install_missing ovmf:/usr/share/OVMF/OVMF_CODE_4M.fd
    step_servers
}

# Servers of roots that lie elsewhere. Tests start what they need, and no service is meant to run. Up to Debian 12 virtiofsd is a
# part of QEMU.
step_servers() {
    install_missing nbd-server:nbd-server tgt:tgtd nfs-ganesha:ganesha.nfsd nfs-ganesha-vfs:ganesha.nfsd \
        rpcbind:rpcbind samba:smbd
    [ -e /usr/lib/qemu/virtiofsd ] || install_missing virtiofsd:/usr/libexec/virtiofsd
}

# Debian's repo-add is made for makepkg's library, which is a package of its own.
step_pacman() {
    install_missing pacman-package-manager:pacman makepkg:makepkg libarchive-tools:bsdtar \
        gpg:gpg gpg-agent:gpg-agent
    [ -e "$cache/trixie" ] || step_trixie
    [ -e "$cache/pacman-6" ] || make_pacman6
    forget_unless_made_by pacman-distribution "$here"/pacman-{distribution,relations}.ts
}

# Debian 12's pacman 6 and what it loads, in one directory: a host of Debian 13's packages becomes one of pacman 6 by it.
make_pacman6() {
    local work deb loader
    work=$(workspace pacman)
    say "taking pacman 6 out of Debian 12's packages"
    mkdir -p "$work/debs/partial" "$work/tree" "$work/pacman-6"
    # shellcheck disable=SC2016
    "$here/enter-root.sh" --overlay tmpfs --bind "$work/debs" /debs "$cache/trixie" sh -euc '
        sed -i s/trixie/bookworm/ /etc/apt/sources.list
        apt-get -q update
        apt-get -q -y --no-install-recommends --download-only -o Dir::State::status=/dev/null -o Dir::Cache::archives=/debs \
            -o APT::Sandbox::User=root -o pkgCacheGen::ForceEssential=, install pacman-package-manager
    ' </dev/null >"$work/log" 2>&1 || fail_with "$work/log"
    for deb in "$work"/debs/*.deb; do
        dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tree"
    done
    loader=$(echo "$work"/tree/lib/*/ld-linux-*.so.*)
    "$loader" --library-path "$(echo "$work"/tree/usr/lib/*-linux-gnu):$(dirname "$loader")" --list "$work/tree/usr/bin/pacman" |
        sed -n 's/.* => \(.*\) (0x.*)$/\1/p' | xargs -d '\n' cp -L -t "$work/pacman-6" "$work/tree/usr/bin/pacman"
    cp -L "$loader" "$work/pacman-6/ld.so"
    publish "$work/pacman-6" pacman-6
}

# install_missing PACKAGE:PROGRAM...: the program shows that the package is there.
install_missing() {
    local missing=() row
    for row in "$@"; do
        command -v "${row#*:}" >/dev/null || missing+=("${row%:*}")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    step_lists
    say "installing ${missing[*]}"
    DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install "${missing[@]}" </dev/null >&2
}

step_lists() {
    refresh_lists /
}

step_busybox() {
    [ ! -e "$cache/busybox" ] || return 0
    say 'unpacking busybox-static'
    local work
    work=$(workspace busybox)
    download "$work" busybox-static
    mkdir "$work/tree"
    dpkg-deb -x "$work"/busybox-static_*.deb "$work/tree"
    publish "$work/tree" busybox
}

step_kernel() {
    local codename work package
    # shellcheck source=/dev/null
    codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    [ ! -e "$cache/kernel-$codename" ] || return 0
    work=$(workspace kernel)
    package=$(newest_kernel_package)
    say "unpacking $package"
    download "$work" "$package"
    unpack_kernel "$work/${package}"_*.deb "$work/tree"
    publish "$work/tree" "kernel-$codename"
}

step_uml() {
    [ ! -e "$cache/uml" ] || return 0
    local work version list
    work=$(workspace uml)
    say 'unpacking user-mode-linux'
    download "$work" user-mode-linux
    dpkg-deb -x "$work"/user-mode-linux_*.deb "$work/tree"
    version=$(basename "$work"/tree/usr/lib/uml/modules/*)
    mkdir -p "$work/kernel/boot" "$work/kernel/usr/lib/modules/$version"
    cp "$work/tree/usr/bin/linux.uml" "$work/kernel/boot/vmlinuz-$version"
    "$work/kernel/boot/vmlinuz-$version" --showconfig >"$work/kernel/boot/config-$version"
    for list in builtin builtin.modinfo order; do
        cp "$work/tree/usr/lib/uml/modules/$version/modules.$list" "$work/kernel/usr/lib/modules/$version"
    done
    publish "$work/kernel" uml
}

step_trixie() {
    if [ ! -e "$cache/trixie" ]; then
        local work package
        work=$(workspace trixie)
        say "building a Debian 13 root by debootstrap (a few minutes)"
        debootstrap --variant=minbase trixie "$work/root" "$mirror" >"$work/log" 2>&1 || fail_with "$work/log"
        {
            printf 'deb %s trixie main\n' "$mirror"
            printf 'deb %s trixie-updates main\n' "$mirror"
            printf 'deb %s trixie-security main\n' "$security"
        } >"$work/root/etc/apt/sources.list"
        inside "$work/root" apt-get -q update >"$work/log" 2>&1 || fail_with "$work/log"
        inside "$work/root" apt-get -q -y --no-install-recommends dist-upgrade >"$work/log" 2>&1 || fail_with "$work/log"
        inside "$work/root" apt-get -q -y --no-install-recommends install "${trixie_packages[@]}" >"$work/log" 2>&1 ||
            fail_with "$work/log"
        # Unpacked rather than installed: no other initrd generator comes along by dependency.
        package=$(inside "$work/root" apt-cache depends --important linux-image-amd64 | sed -n 's/^ *Depends: \(linux-image-\)/\1/p' | head -n 1)
        inside "$work/root" sh -c "cd /var/tmp && apt-get -q download $package" >"$work/log" 2>&1 || fail_with "$work/log"
        unpack_kernel "$work"/root/var/tmp/"$package"_*.deb "$work/root"
        rm "$work"/root/var/tmp/*.deb
        inside "$work/root" apt-get clean
        printf 'trixie\n' >"$work/root/etc/hostname"
        publish "$work/root" trixie
    fi
    refresh_lists "$cache/trixie"
}

step_older_kernel() {
    [ ! -e "$cache/kernel-bookworm" ] || return 0
    [ -e "$cache/trixie" ] || step_trixie
    local work
    work=$(workspace kernel)
    say "unpacking the kernel of Debian 12"
    mkdir -p "$work/debs/partial"
    # shellcheck disable=SC2016
    "$here/enter-root.sh" --overlay tmpfs --bind "$work/debs" /debs "$cache/trixie" sh -euc '
        sed -i s/trixie/bookworm/ /etc/apt/sources.list
        apt-get -q update
        package=$(apt-cache depends --important linux-image-amd64 | sed -n "s/^ *Depends: \(linux-image-[0-9]\)/\1/p" | head -n 1)
        cd /debs && apt-get -q -o APT::Sandbox::User=root download "$package"
    ' </dev/null >"$work/log" 2>&1 || fail_with "$work/log"
    unpack_kernel "$work"/debs/linux-image-*.deb "$work/tree"
    publish "$work/tree" kernel-bookworm
}

debian_boot_packages=(linux-base initramfs-tools systemd-boot dracut dracut-core grub-common grub2-common libdevmapper1.02.1)

step_debian_boot() {
    [ ! -e "$cache/debian-boot/trixie/libdevmapper1.02.1" ] || return 0
    [ -e "$cache/trixie" ] || step_trixie
    local work codename deb package
    work=$(workspace debian)
    say "taking what makes boot entries out of Debian 12's and 13's packages"
    for codename in bookworm trixie; do
        local packages=("${debian_boot_packages[@]}")
        # Since Debian 13 bootctl is in a package of its own.
        [ "$codename" = bookworm ] || packages+=(systemd-boot-tools)
        mkdir -p "$work/$codename"
        # shellcheck disable=SC2016
        "$here/enter-root.sh" --overlay tmpfs --bind "$work/$codename" /debs "$cache/trixie" sh -euc '
            [ "$1" = trixie ] || { sed -i "s/trixie/$1/" /etc/apt/sources.list; apt-get -q update; }
            shift
            cd /debs && apt-get -q -o APT::Sandbox::User=root download "$@"
        ' sh "$codename" "${packages[@]}" </dev/null >"$work/log" 2>&1 || fail_with "$work/log"
        for deb in "$work/$codename"/*.deb; do
            package=${deb##*/}
            package=${package%%_*}
            mkdir -p "$work/tree/$codename/$package"
            dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tree/$codename/$package"
        done
    done
    rm -rf "$cache/debian-boot"
    publish "$work/tree" debian-boot
}

step_rpm() {
    install_missing rpm:rpmbuild rpmlint:rpmlint
    forget_unless_made_by rpm "$here"/rpm/{debs,distribution,hosts,planted,repository,scripts,spec}.ts
    [ -e "$cache/rpm" ] || rm -rf "$cache/dnf5"
    [ ! -e "$cache/rpm" ] || return 0
    [ -e "$cache/trixie" ] || step_trixie
    if [ ! -e "$cache/rpm-tools" ]; then
        local work
        work=$(workspace rpm)
        say 'installing dnf, zypper and rpm into a copy of the Debian 13 root'
        mkdir "$work/root"
        tar -C "$cache/trixie/." -c --exclude=./boot/* --exclude=./usr/lib/modules . | tar -C "$work/root" -x
        inside "$work/root" apt-get -q -y --no-install-recommends install dnf zypper rpm createrepo-c gnupg >"$work/log" 2>&1 ||
            fail_with "$work/log"
        inside "$work/root" apt-get clean
        publish "$work/root" rpm-tools
    fi
    say 'making an rpm distribution of Debian packages (two minutes)'
    (cd "$checkout" && node --import tsx tests/helpers/rpm/distribution.ts) >&2
}

# dnf 5 and rpm 6 are in no stable Debian yet; where the next one cannot be had the tests of dnf 5 are skipped.
step_dnf5() {
    [ ! -e "$cache/dnf5" ] || return 0
    step_rpm
    if [ ! -e "$cache/dnf5-tools" ]; then
        local work
        work=$(workspace dnf5)
        say 'building a Debian 14 root with dnf 5 by debootstrap (a few minutes)'
        if ! debootstrap --variant=minbase --include=dnf5,rpm,createrepo-c,gnupg,python3-minimal \
            forky "$work/root" "$mirror" /usr/share/debootstrap/scripts/sid >"$work/log" 2>&1; then
            say "that failed, going on without dnf 5; the log is $work/log"
            return 0
        fi
        inside "$work/root" apt-get clean
        publish "$work/root" dnf5-tools
    fi
    say 'making a host with dnf 5'
    (cd "$checkout" && node --import tsx tests/helpers/rpm/distribution.ts) >&2
}

# The dependency of the meta package: the meta package itself holds nothing.
newest_kernel_package() {
    local meta name
    for meta in linux-image-amd64 linux-image-generic; do
        name=$(apt-cache depends --important "$meta" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9]\)/\1/p' | head -n 1)
        [ -z "$name" ] || break
    done
    [ -n "${name-}" ] || die 'apt knows no kernel package: is "main" among its sources?'
    printf '%s\n' "$name"
}

# unpack_kernel DEB ROOT: with modules below usr/lib, whatever the package's age.
unpack_kernel() {
    local deb=$1 root=$2 version
    mkdir -p "$root/usr/lib"
    [ -e "$root/lib" ] || ln -s usr/lib "$root/lib"
    # tar keeps the link lib -> usr/lib; dpkg-deb -x would put a directory in its place.
    dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
    for version in "$root"/usr/lib/modules/*/; do
        version=$(basename "$version")
        depmod -b "$root" "$version"
    done
}

# refresh_lists ROOT: a build that goes by old lists asks the mirror for packages it has no more.
refresh_lists() {
    local root=$1 stamp
    stamp=$cache/lists-$(basename "$root").stamp
    [ "$root" != / ] || stamp=$cache/lists-machine.stamp
    if [ -n "$(find "$stamp" -mtime 0 -print -quit 2>/dev/null)" ] &&
        compgen -G "${root%/}/var/lib/apt/lists/*_Packages*" >/dev/null; then
        return 0
    fi
    say "fetching the apt lists of $root"
    if [ "$root" = / ]; then
        apt-get -q update </dev/null >&2 || say "apt-get update failed, going on with the lists there are"
    else
        inside "$root" apt-get -q update >/dev/null || say "apt-get update failed in $root, going on with the lists there are"
    fi
    : >"$stamp"
}

# download DIRECTORY PACKAGE: apt-get drops to user _apt, which may not write into root's directories.
download() {
    (cd "$1" && apt-get -q -o APT::Sandbox::User=root download "$2" >/dev/null)
}

inside() {
    local root=$1
    shift
    "$here/enter-root.sh" --setenv DEBIAN_FRONTEND=noninteractive "$root" "$@" </dev/null
}

# forget_unless_made_by FIXTURE FILE...: a fixture is made anew when the files that say what it is made of have changed.
forget_unless_made_by() {
    local fixture=$cache/$1 key
    shift
    key=$(cat "$@" | sha256sum)
    [ "$key" != "$(cat "$fixture.key" 2>/dev/null)" ] || return 0
    rm -rf "$fixture"
    printf '%s\n' "$key" >"$fixture.key"
}

# workspace NAME: a half-built fixture stays below .cache/tmp and is thrown away by the next run.
workspace() {
    rm -rf "${cache:?}/tmp/$1"
    mkdir -p "$cache/tmp/$1"
    printf '%s\n' "$cache/tmp/$1"
}

# publish TREE NAME: only a finished fixture gets its name.
publish() {
    mv -T "$1" "$cache/$2"
    rm -rf "${cache:?}/tmp/${2%%-*}"
}

fail_with() {
    tail -n 20 "$1" >&2
    die "the step above failed, its log is $1"
}

say() {
    printf 'setup: %s\n' "$1" >&2
}

die() {
    say "$1"
    exit 1
}

main "$@"
