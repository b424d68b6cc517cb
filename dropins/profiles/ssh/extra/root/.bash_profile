# Who comes by ssh comes to unlock.
[ -z "$SSH_TTY" ] || cryptroot-unlock
