#!/bin/sh
# Installs pkginitrd below DESTDIR as a package would: deploy.sh DESTDIR
# The bundle has to be built first: npm run build.
set -eu

destination=${1:?Usage: deploy.sh DESTDIR}
source=$(cd "$(dirname "$0")/.." && pwd)
umask 022

if ! [ -r "$source/dist/pkginitrd.mjs" ]; then
    printf 'deploy.sh: No bundle at "%s", run "npm run build" first\n' "$source/dist/pkginitrd.mjs" >&2
    exit 1
fi

library=$destination/usr/lib/pkginitrd
mkdir -p "$destination/usr/lib" "$destination/usr/bin" "$destination/usr/lib/kernel/install.d" \
    "$destination/usr/lib/tmpfiles.d"
rm -rf "$library.new"
mkdir "$library.new"
cp -R "$source/dist/." "$library.new"
# -P: links in extra/ trees are content.
cp -R -P "$source/dropins/." "$library.new"
chmod -R u=rwX,go=rX "$library.new"
rm -rf "$library"
mv "$library.new" "$library"

install -m 0755 "$source/plugin/pkginitrd" "$destination/usr/bin/pkginitrd"
install -m 0755 "$source/plugin/52-pkginitrd.install" "$destination/usr/lib/kernel/install.d/52-pkginitrd.install"
install -m 0644 "$source/systemd/tmpfiles.d/pkginitrd.conf" "$destination/usr/lib/tmpfiles.d/pkginitrd.conf"
