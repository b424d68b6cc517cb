#!/bin/sh
# Says in one line what `npm run ok` needs and this machine lacks.
missing=
[ -d node_modules ] || missing=' node_modules'
for program in zstd xz cpio python3; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
[ -n "$missing" ] || exit 0
echo "npm run ok: missing:$missing; run \"npm ci\" and, as root on Debian, \"npm run setup tools\"" >&2
exit 1
