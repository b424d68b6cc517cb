#!/bin/bash
# Runs a command with ROOT at / in mount, PID and IPC namespaces of its own. Every mount and process goes away with it.
#
#   enter-root.sh [--overlay SCRATCH] [--bind|--bind-ro SOURCE TARGET]... [--bare TARGET] [--setenv NAME=VALUE]... ROOT COMMAND [ARGUMENT...]
#
# --overlay SCRATCH  writes go to SCRATCH/upper and ROOT stays as it is; the word "tmpfs" throws them away at the end
# --bind, --bind-ro  mounts a file or directory of the machine in the root; the target is made where it is missing
# --bare TARGET      shows the root once more, without what is mounted in it: its own /proc and /sys, planted there
#
# ROOT becomes a mount point and the command gets there by pivot_root: bubblewrap cannot nest in a plain chroot, whose
# root is no mount point.
set -euo pipefail

die() {
    printf 'enter-root.sh: %s\n' "$1" >&2
    exit 1
}

if [ "${1-}" != --inside ]; then
    [ "$(id -u)" = 0 ] || die 'root is needed to enter a root'
    exec unshare --mount --propagation private --pid --ipc --fork --kill-child=SIGKILL -- bash "$0" --inside "$@"
fi
shift

overlay=
bare=
binds=()
environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 TERM=dumb)
while :; do
    case "${1-}" in
        --overlay) overlay=${2:?} && shift 2 ;;
        --bind) binds+=(rw "${2:?}" "${3:?}") && shift 3 ;;
        --bind-ro) binds+=(ro "${2:?}" "${3:?}") && shift 3 ;;
        --bare) bare=${2:?} && shift 2 ;;
        --setenv) environment+=("${2:?}") && shift 2 ;;
        --*) die "unknown option $1" ;;
        *) break ;;
    esac
done
[ $# -ge 2 ] || die 'needs a root and a command'
lower=$(realpath -- "$1")
shift

# The new root gets a /sys of its own, so the old one is a place that nothing below is still needed from.
mount -t tmpfs -o mode=0700 tmpfs /sys
root=/sys/root
mkdir "$root"
if [ -n "$overlay" ]; then
    if [ "$overlay" = tmpfs ]; then scratch=/sys/scratch; else scratch=$overlay; fi
    mkdir -p "$scratch/upper" "$scratch/work"
    mount -t overlay -o "lowerdir=$lower,upperdir=$scratch/upper,workdir=$scratch/work" overlay "$root"
else
    mount --bind "$lower" "$root"
fi

if [ -n "$bare" ]; then
    mkdir -p "$root$bare"
    mount --bind "$root" "$root$bare"
fi

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o nosuid,nodev,noexec sysfs "$root/sys"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$root/tmp"
mount -t tmpfs -o mode=0755,nosuid,nodev tmpfs "$root/run"
mkdir "$root/run/lock"
mount -t tmpfs -o mode=0755,nosuid tmpfs "$root/dev"
for node in null:3 zero:5 full:7 random:8 urandom:9; do
    mknod -m 0666 "$root/dev/${node%:*}" c 1 "${node#*:}"
done
mknod -m 0666 "$root/dev/tty" c 5 0
mkdir -m 1777 "$root/dev/shm"
mkdir "$root/dev/pts"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for link in stdin:0 stdout:1 stderr:2; do ln -s "/proc/self/fd/${link#*:}" "$root/dev/${link%:*}"; done

if [ -e /etc/resolv.conf ]; then
    if [ -L "$root/etc/resolv.conf" ]; then rm "$root/etc/resolv.conf"; fi
    [ -e "$root/etc/resolv.conf" ] || : >"$root/etc/resolv.conf"
    mount -o bind,ro /etc/resolv.conf "$root/etc/resolv.conf"
fi

for ((i = 0; i < ${#binds[@]}; i += 3)); do
    source=${binds[i + 1]} target=$root${binds[i + 2]}
    if [ -d "$source" ]; then
        mkdir -p "$target"
    else
        mkdir -p "$(dirname "$target")"
        [ -e "$target" ] || : >"$target"
    fi
    mount -o "bind,${binds[i]}" "$source" "$target"
done

cd "$root"
mkdir tmp/.old
pivot_root . tmp/.old
cd /
umount --lazy /tmp/.old
rmdir /tmp/.old
# This shell stays as PID 1 of the namespace: it reaps, and a program that is PID 1 itself would ignore SIGTERM.
env -i "${environment[@]}" "$@"
