#!/bin/sh
# Installs pkginitrd below DESTDIR, for the recipes of packages and by hand.
#
#   deploy.sh [--for debian|rpm|arch] [--without-codec] DESTDIR
#   deploy.sh --remove DESTDIR
#
# --for debian     also the hooks of Debian's kernel packages and update-initramfs, which another generator's package may
#                  own: for a package that conflicts with those
# --for rpm        also what file triggers run, and what Fedora and openSUSE want elsewhere in /usr/share
# --for arch       the same, and the hooks of libalpm
# --without-codec  leaves out zstd-codec.mjs, compiled code that is needed only where there is no zstd program
# --remove         takes everything away again, and pkginitrd's line out of kernel-install's configuration
#
# The bundle has to be built first: npm run build.
set -eu

source=$(cd "$(dirname "$0")/.." && pwd)
umask 022

main() {
    distribution=
    codec=yes
    action=install
    while [ $# -gt 1 ]; do
        case $1 in
            --for) distribution=$2 && shift ;;
            --without-codec) codec= ;;
            --remove) action=remove ;;
            *) usage ;;
        esac
        shift
    done
    destination=${1-}
    case $distribution:$destination in
        :[!-]* | debian:[!-]* | rpm:[!-]* | arch:[!-]*) ;;
        *) usage ;;
    esac
    destination=${destination%/}
    library=$destination/usr/lib/pkginitrd
    "$action"
}

install() {
    if ! [ -r "$source/dist/pkginitrd.mjs" ] || ! [ -d "$source/dist/share" ]; then
        printf 'deploy.sh: No bundle at "%s", run "npm run build" first\n' "$source/dist" >&2
        exit 1
    fi
    program
    put 0755 plugin/pkginitrd usr/bin/pkginitrd
    put 0755 plugin/52-pkginitrd.install usr/lib/kernel/install.d/52-pkginitrd.install
    put 0755 plugin/56-pkginitrd-alone.install usr/lib/kernel/install.d/56-pkginitrd-alone.install
    ln -sf 56-pkginitrd-alone.install "$destination/usr/lib/kernel/install.d/86-pkginitrd-alone.install"
    put 0755 plugin/89-pkginitrd-keep.install usr/lib/kernel/install.d/89-pkginitrd-keep.install
    ln -sf 89-pkginitrd-keep.install "$destination/usr/lib/kernel/install.d/92-pkginitrd-keep.install"
    units
    put 0644 systemd/tmpfiles.d/pkginitrd.conf usr/lib/tmpfiles.d/pkginitrd.conf
    share dist/share
    [ -z "$distribution" ] || "for_$distribution"
}

# In one rename: a build that is under way goes on with what it has opened.
program() {
    mkdir -p "${library%/*}"
    rm -rf "$library.new"
    mkdir "$library.new"
    cp "$source"/dist/*.mjs "$library.new"
    [ -n "$codec" ] || rm "$library.new/zstd-codec.mjs"
    # -P: links in extra/ trees are content.
    cp -R -P "$source/dropins/." "$library.new"
    for each in generator booted collect-record after-transaction grub-entry masks rescue unmark; do cp "$source/plugin/$each" "$library.new"; done
    case $distribution in
        debian) cp "$source/plugin/package" "$source/plugin/debian/boot-image" "$library.new" ;;
        rpm) cp "$source/plugin/package" "$source/plugin/after-packages" "$library.new" ;;
        arch)
            cp "$source/plugin/package" "$source/plugin/after-packages" "$source/plugin/arch/boot-image" \
                "$source/plugin/arch/kernels" "$library.new"
            ;;
    esac
    chmod -R u=rwX,go=rX "$library.new"
    rm -rf "$library"
    mv "$library.new" "$library"
}

# Enabled as the vendor's: "systemctl mask" turns one off.
units() {
    wanted=usr/lib/systemd/system/multi-user.target.wants
    mkdir -p "$destination/$wanted"
    for unit in pkginitrd-booted.service pkginitrd-record.service pkginitrd-refresh.service pkginitrd-refresh.path; do
        put 0644 "systemd/system/$unit" "usr/lib/systemd/system/$unit"
    done
    for unit in pkginitrd-booted.service pkginitrd-record.service pkginitrd-refresh.path; do
        ln -sf "../$unit" "$destination/$wanted/$unit"
    done
}

share() {
    (cd "$source/$1" && find . -type f) | while read -r file; do put 0644 "$1/$file" "usr/share/$file"; done
}

for_debian() {
    share dist/share-debian
    put 0755 plugin/debian/update-initramfs usr/sbin/update-initramfs
    put 0755 plugin/debian/kernel/postinst etc/kernel/postinst.d/pkginitrd
    put 0755 plugin/debian/grub etc/grub.d/11_pkginitrd
    put 0755 plugin/debian/grub-rescue etc/grub.d/45_pkginitrd
    put 0755 plugin/debian/kernel/postrm etc/kernel/postrm.d/pkginitrd
}

for_rpm() {
    share_elsewhere
}

for_arch() {
    share_elsewhere
    for hook in "$source"/plugin/hooks/*.hook; do
        put 0644 "plugin/hooks/${hook##*/}" "usr/share/libalpm/hooks/${hook##*/}"
    done
}

# Both have zsh read another directory, and keep licences in one of their own.
share_elsewhere() {
    put 0644 LICENSE usr/share/licenses/pkginitrd/LICENSE
    (
        cd "$destination/usr/share"
        mkdir -p zsh/site-functions
        mv zsh/vendor-completions/_pkginitrd zsh/site-functions
        mv doc/pkginitrd/bundled-licences licenses/pkginitrd
        rmdir zsh/vendor-completions doc/pkginitrd doc 2>/dev/null || :
    )
}

put() {
    mkdir -p "$(dirname "$destination/$3")"
    cp "$source/$2" "$destination/$3.new"
    chmod "$1" "$destination/$3.new"
    mv "$destination/$3.new" "$destination/$3"
}

# What a package would own, whoever it was for; configuration in /etc/pkginitrd is the user's.
remove() {
    [ ! -x "$library/generator" ] || "$library/generator" --root "$destination/" unchoose
    [ ! -x "$library/masks" ] || ROOT="$destination" "$library/masks" remove
    if grep -qs boot-image "$destination/usr/sbin/update-initramfs"; then
        rm -f "$destination/usr/sbin/update-initramfs" "$destination/usr/share/man/man8/update-initramfs.8"
    fi
    rm -rf "$library" "$destination/var/cache/pkginitrd" "$destination/var/lib/pkginitrd"
    rm -f "$destination/usr/bin/pkginitrd" "$destination"/usr/lib/kernel/install.d/*-pkginitrd*.install \
        "$destination"/usr/lib/systemd/system/pkginitrd-* "$destination"/usr/lib/systemd/system/*.wants/pkginitrd-* \
        "$destination"/usr/share/libalpm/hooks/*-pkginitrd-*.hook \
        "$destination"/etc/kernel/post*.d/pkginitrd "$destination"/etc/grub.d/*_pkginitrd "$destination/usr/lib/tmpfiles.d/pkginitrd.conf"
    find "$destination/usr/share/man" "$destination/usr/share/bash-completion" "$destination/usr/share/zsh" \
        "$destination/usr/share/fish" "$destination/usr/share/doc" "$destination/usr/share/licenses" \
        \( -name 'pkginitrd*' -o -name _pkginitrd \) -prune -exec rm -rf {} + 2>/dev/null || :
    echo 'Images in /boot and boot entries stay as they are: they boot, and the next generator replaces those of the kernels' >&2
}

usage() {
    sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "$0" >&2
    exit 2
}

main "$@"
