# Run by scripts of hostile packages, with the name of the script: tries to see and to change what is outside of the
# root under construction, and writes a line for each attempt, "SCRIPT<tab>ATTEMPT<tab>refused|WORKED: how it ended".
# No module of Perl is needed. Facts lie beside it, a line each: marker, secret (paths), port, abstract, daemon, architecture.
my ($script) = @ARGV;
my ($home) = $0 =~ m{^(.*)/};
my %facts;
open(my $in, '<', "$home/facts") or die "no facts: $!";
while (<$in>) { chomp; my ($key, $value) = split(/=/, $_, 2); push @{$facts{$key}}, $value; }
close($in);
my $marker = $facts{marker}[0];
my $arm = $facts{architecture}[0] eq 'arm64';
my $root = "$home/attempts.pl";

# Each in a process of its own, with time to spare: a root that was left stays left.
sub attempt {
  my ($name, $body) = @_;
  pipe(my $from, my $to);
  my $child = fork();
  if ($child == 0) {
    close($from);
    $SIG{ALRM} = sub { syswrite($to, 'refused: no answer'); kill(9, $$) };
    alarm(20);
    my $found = eval { $body->() };
    $found = defined($@) && $@ ne '' ? "refused: $@" : 'refused' unless defined($found);
    $found =~ s/\s+/ /g;
    syswrite($to, substr($found, 0, 300));
    kill(9, $$);
  }
  close($to);
  my $answer = join('', <$from>);
  waitpid($child, 0);
  open(my $out, '>>', "$home/report") or die "no report: $!";
  print $out "$script\t$name\t$answer\n";
  close($out);
}

sub worked { return 'WORKED: ' . join(' ', @_) }
sub refused { return 'refused: ' . join(' ', @_) }

# Leaves a root that was changed into by chroot(2), as every process with CAP_SYS_CHROOT can.
sub leave {
  mkdir("$home/leave");
  chdir('/');
  chroot("$home/leave") or return 0;
  chdir('..') for 1 .. 64;
  chroot('.');
  return 1;
}

sub outside { return !-e $root }

# Files below a directory that have the marker in them, and secrets by their names.
sub marked {
  my ($at) = @_;
  my @found;
  my @todo = ($at);
  my $seen = 0;
  while (defined(my $directory = pop @todo)) {
    opendir(my $handle, $directory) or next;
    for my $name (readdir($handle)) {
      next if $name eq '.' or $name eq '..';
      my $path = "$directory/$name";
      my $relative = substr($path, length($at));
      next if -l $path or $relative =~ m{^/*(proc|sys|dev|usr/(lib|share|bin)|run/pkginitrd[^/]*)(/|$)};
      if (-d _) { push @todo, $path; next }
      next unless -f _ and -s _ < 65536 and $seen++ < 20000;
      push @found, $path if has_marker($path);
    }
  }
  for my $path (@{$facts{secret}}) { push @found, "$at$path" if has_marker("$at$path") }
  return @found;
}

# Files of the build below /run.
sub archives {
  my @files;
  my @todo = ('/run');
  while (defined(my $directory = pop @todo)) {
    opendir(my $handle, $directory) or next;
    for my $name (grep { !/^\.\.?$/ } readdir($handle)) {
      my $path = "$directory/$name";
      next if -l $path or $path =~ m{^/run/pkginitrd-root};
      if (-d _) { push @todo, $path } else { push @files, $path }
    }
  }
  return @files;
}

sub has_marker {
  my ($path) = @_;
  sysopen(my $file, $path, 2048) or return 0;
  return 0 unless -f $file;
  my $text = '';
  sysread($file, $text, 65536);
  return index($text, $marker) >= 0 && $path !~ m{/share/hostile/} ? 1 : 0;
}

sub reading {
  my ($at) = @_;
  my @found = marked($at);
  return @found ? worked(@found[0 .. ($#found > 5 ? 5 : $#found)]) : refused('nothing of the host there');
}

sub system_call {
  my ($x64, $arm64, @arguments) = @_;
  $! = 0;
  my $result = syscall($arm ? $arm64 : $x64, @arguments);
  return $result == -1 ? refused("$!") : worked($result);
}

# A call that fails for its arguments alone got past the check of rights.
sub privileged_call {
  my ($x64, $arm64, @arguments) = @_;
  $! = 0;
  my $result = syscall($arm ? $arm64 : $x64, @arguments);
  return refused("$!") if $result == -1 and ($! == 1 or $! == 13 or $! == 38);
  return worked("result $result, $!");
}

sub open_for_writing {
  my $last = 'there is none';
  for my $path (@_) {
    return worked($path) if sysopen(my $file, $path, 1 | 2048);
    $last = "$!";
  }
  return refused($last);
}

sub connecting {
  my ($family, $type, $address) = @_;
  socket(my $socket, $family, $type, 0) or return refused("no socket: $!");
  return connect($socket, $address) ? worked('connected') : refused("$!");
}

sub internet { my ($host, @bytes) = @_; return pack('S n C4 x8', 2, $host, @bytes) }
sub unix { return pack('S a*', 1, $_[0]) }

sub processes { opendir(my $proc, '/proc') or return (); return grep { /^\d+$/ } readdir($proc) }

sub slurp { open(my $file, '<', $_[0]) or return ''; local $/; my $text = <$file>; return defined($text) ? $text : '' }

# Files of the host.
attempt('read: directly', sub { reading('') });
attempt('read: after leaving the root', sub { leave(); reading('') });
for my $link ('root', 'cwd') {
  attempt("read: /proc/1/$link", sub { reading("/proc/1/$link") });
  attempt("read: /proc/*/$link, after leaving the root", sub {
    leave();
    my @found = map { marked("/proc/$_/$link") } processes();
    return @found ? worked(@found) : refused('nothing of the host there');
  });
}
attempt('read: open descriptors of all processes', sub {
  my @found;
  for my $process (processes()) {
    opendir(my $handle, "/proc/$process/fd") or next;
    for my $number (grep { /^\d+$/ } readdir($handle)) {
      my $path = "/proc/$process/fd/$number";
      # rpm has the archive of this package open.
      next if (readlink($path) || '') =~ m{^/run/pkginitrd};
      push @found, $path if -f $path and has_marker($path);
      next unless -d $path;
      push @found, map { marked("$path" . '/..' x $_) } (0, 1, 4);
    }
  }
  return @found ? worked(@found) : refused('nothing of the host there');
});
attempt('read: environment of all processes', sub {
  my @found = grep { index(slurp("/proc/$_/environ"), $marker) >= 0 } processes();
  return @found ? worked("process @found") : refused('nothing of the caller there');
});
attempt('read: by the number of its inode', sub {
  sysopen(my $directory, '/', 0200000) or return refused("$!");
  my $handle = pack('L l L L L', 12, 1, 2, 0, 0);
  return privileged_call(304, 265, fileno($directory), $handle, 0);
});
attempt('read: kernel memory, log and keys', sub {
  my @found = grep { slurp("/proc/$_") =~ /\S/ } ('keys', 'key-users', 'kallsyms', 'slabinfo');
  push @found, 'kcore' if sysopen(my $core, '/proc/kcore', 0);
  push @found, 'kmsg' if sysopen(my $log, '/proc/kmsg', 2048);
  return @found ? worked(@found) : refused('none can be read');
});
attempt('read: /sys', sub {
  opendir(my $sys, '/sys') or return refused("$!");
  my @names = grep { !/^\.\.?$/ } readdir($sys);
  return @names ? worked(@names) : refused('it is empty');
});

# Writing outside of the root.
attempt('write: after leaving the root', sub {
  leave();
  return refused('there is nothing outside of the root') unless outside();
  my @made = grep { open(my $file, '>', "$_/pkginitrd-hostile") }
    ('', '/etc', '/usr', '/usr/bin', '/root', '/home', '/var', '/var/tmp', '/boot', '/srv', '/run/pkginitrd', '/run/pkginitrd/archives', '/run/pkginitrd/cache', '/usr/lib', '/etc/pacman.d', '/etc/rpm');
  push @made, grep { open(my $file, '>>', $_) } ('/usr/bin/true', '/etc/ld.so.cache', '/etc/passwd');
  return @made ? worked(@made) : refused("$!");
});
attempt('write: the archives', sub {
  my @files = archives();
  leave();
  push @files, archives();
  return refused('none can be seen') unless @files;
  my @written = grep { open(my $file, '>>', $_) } @files;
  return @written ? worked(@written) : refused("$!");
});
attempt('write: kernel settings', sub { open_for_writing(map { "/proc/sys/kernel/$_" } ('core_pattern', 'modprobe', 'hostname', 'sysrq', 'panic')) });
attempt('write: kernel settings, after leaving the root', sub { leave(); open_for_writing('/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger') });
attempt('write: sysrq', sub { open_for_writing('/proc/sysrq-trigger') });
attempt('write: /sys', sub { leave(); open_for_writing('/sys/kernel/uevent_helper', '/sys/power/state', '/sys/module/printk/parameters/time') });
attempt('write: out of memory score', sub { open_for_writing('/proc/1/oom_score_adj') });
attempt('write: a flag that root alone may set', sub {
  open(my $file, '>', "$home/flagged") or return refused("$!");
  my $flags = pack('L', 0x10);
  my $done = ioctl($file, 0x40086602, $flags);
  return $done ? worked('immutable') : refused("$!");
});

# The kernel's keyrings.
attempt('keys: add_key', sub { system_call(248, 217, "user", "pkginitrd-hostile", "x", 1, -4) });
attempt('keys: request_key', sub { system_call(249, 218, "user", "pkginitrd-hostile", 0, 0) });
attempt('keys: keyctl', sub { system_call(250, 219, 0, -3, 0) });
attempt('keys: keyctl, link the user keyring', sub { system_call(250, 219, 8, -4, -3) });

# Sockets.
attempt('socket: vsock', sub { connecting(40, 1, pack('S S L L L', 40, 0, 22, 2, 0)) });
attempt('socket: netlink, uevents', sub { socket(my $socket, 16, 3, 15) ? worked('made') : refused("$!") });
attempt('socket: netlink, audit', sub { socket(my $socket, 16, 3, 9) ? worked('made') : refused("$!") });
attempt('socket: packet', sub { socket(my $socket, 17, 3, 0x300) ? worked('made') : refused("$!") });
attempt('socket: kernel crypto, loads modules', sub { socket(my $socket, 38, 5, 0) ? worked('made') : refused("$!") });
attempt('socket: bluetooth', sub { socket(my $socket, 31, 3, 1) ? worked('made') : refused("$!") });
attempt('socket: this machine by tcp', sub { connecting(2, 1, internet($facts{port}[0], 127, 0, 0, 1)) });
attempt('socket: another machine by udp', sub { connecting(2, 2, internet(53, 192, 0, 2, 1)) });
attempt('socket: abstract unix', sub { connecting(1, 1, unix("\0$facts{abstract}[0]")) });
attempt('socket: below /run', sub {
  leave();
  my @found = grep { connecting(1, 1, unix($_)) =~ /^WORKED/ }
    (@{$facts{socket}}, '/run/dbus/system_bus_socket', '/run/systemd/private', '/run/systemd/journal/stdout', '/run/udev/control');
  return @found ? worked(@found) : refused("$!");
});

# Devices.
for (['a disk', 'b', 8, 0], ['a disk of a guest', 'b', 254, 0], ['an nvme disk', 'b', 259, 0], ['a loop', 'b', 7, 0],
  ['the disk of the root', 'b', -1, -1], ['memory', 'c', 1, 1], ['the log', 'c', 1, 11], ['a console', 'c', 5, 1],
  ['a serial line', 'c', 4, 64], ['device mapper', 'c', 10, 236], ['fuse', 'c', 10, 229], ['kvm', 'c', 10, 232]) {
  my ($name, $kind, $major, $minor) = @$_;
  attempt("device: $name", sub {
    my $number = $major << 8 | $minor;
    $number = (stat('/'))[0] if $major < 0;
    my @opened;
    for my $at ('/', '/dev', '/tmp', '/run', '/dev/shm', '/var') {
      my $path = "$at/pkginitrd-hostile-node";
      syscall($arm ? 33 : 259, -100, $path, ($kind eq 'b' ? 0060000 : 0020000) | 0600, $number);
      push @opened, $at if sysopen(my $node, $path, 2048);
      unlink($path);
    }
    return @opened ? worked(@opened) : refused("$!");
  });
}

# Mounts and namespaces.
attempt('mount: tmpfs', sub { mkdir("$home/m"); system_call(165, 40, "x", "$home/m", "tmpfs", 0, 0) });
attempt('mount: bind /', sub { leave(); system_call(165, 40, "/", "/tmp", "", 4096 | 16384, 0) });
attempt('mount: remount / for writing', sub { leave(); system_call(165, 40, "", "/", "", 32, 0) });
attempt('mount: remount /proc for writing', sub { system_call(165, 40, "", "/proc", "", 32, 0) });
attempt('mount: umount /proc', sub { system_call(166, 39, "/proc", 2) });
attempt('mount: fsopen', sub { system_call(430, 430, "tmpfs", 0) });
attempt('mount: open_tree', sub { system_call(428, 428, -100, "/", 1) });
attempt('mount: pivot_root', sub { system_call(155, 41, "/", "/") });
attempt('namespace: user by unshare', sub { system_call(272, 97, 0x10000000) });
attempt('namespace: user by clone', sub {
  my $result = syscall($arm ? 220 : 56, 0x10000000 | 17, 0, 0, 0, 0);
  exit(0) if $result == 0;
  return $result == -1 ? refused("$!") : worked($result);
});
attempt('namespace: user by clone3', sub { my $how = pack('Q11', 0x10000000, 0, 0, 0, 17, 0, 0, 0, 0, 0, 0); system_call(435, 435, $how, 88) });
attempt('namespace: mount by unshare', sub { system_call(272, 97, 0x00020000) });
attempt('namespace: enter those of process 1', sub {
  my @entered = grep { open(my $file, '<', "/proc/1/ns/$_") and syscall($arm ? 268 : 308, fileno($file), 0) == 0 } ('mnt', 'net', 'pid', 'user', 'ipc');
  return @entered ? worked(@entered) : refused("$!");
});
attempt('rights: more than one needs', sub {
  my @more = grep { slurp("/proc/$_/status") =~ /^CapPrm:\s*([0-9a-f]+)$/m and hex($1) & (1 << 21 | 1 << 16 | 1 << 17 | 1 << 19 | 1 << 22 | 1 << 12 | 1 << 2) } processes();
  return @more ? worked("process @more") : refused('no process here has them');
});

# Other processes.
attempt('process: those of the machine', sub {
  my @found = grep { slurp("/proc/$_/cmdline") =~ /tsx/ } processes();
  return @found ? worked("process @found") : refused('none can be seen');
});
attempt('process: a signal to one outside', sub {
  my $number = $facts{process}[0];
  return -e "/proc/$number" ? refused('that number is one of ours') : kill(0, $number) ? worked($number) : refused("$!");
});
attempt('process: ptrace one outside', sub { my $number = $facts{process}[0]; -e "/proc/$number" ? refused('that number is one of ours') : system_call(101, 117, 16, $number + 0, 0, 0) });
attempt('terminal: open', sub { sysopen(my $tty, '/dev/tty', 2) ? worked('opened') : refused("$!") });
attempt('terminal: type into the one inherited', sub {
  my @typed;
  for my $number (0 .. 9) {
    my $letter = 'x';
    push @typed, $number if syscall($arm ? 29 : 16, $number, 0x5412, $letter) == 0;
  }
  return @typed ? worked(@typed) : refused("$!");
});

# The kernel as a whole.
my $nothing = "\0" x 256;
attempt('kernel: load a module', sub { privileged_call(175, 105, 0, 0, $nothing) });
attempt('kernel: load a module from a file', sub { privileged_call(313, 273, -1, $nothing, 0) });
attempt('kernel: swap', sub { privileged_call(167, 224, $nothing, 0) });
attempt('kernel: kexec', sub { privileged_call(246, 104, 0, 0, 0, 0) });
attempt('kernel: reboot', sub { privileged_call(169, 142, 1, 2, 3, 0) });
attempt('kernel: set the time', sub { privileged_call(164, 170, pack('q q', time(), 0), 0) });
attempt('kernel: set the clock', sub { privileged_call(227, 112, 0, pack('q q', time(), 0)) });
attempt('kernel: set the name', sub { privileged_call(170, 161, "hostile", 7) });
attempt('kernel: bpf', sub { privileged_call(321, 280, 0, $nothing, 128) });
attempt('kernel: performance counters', sub { privileged_call(298, 241, $nothing, 0, -1, -1, 0) });
attempt('kernel: io_uring', sub { privileged_call(425, 425, 4, $nothing) });
attempt('kernel: page faults', sub { privileged_call(323, 282, 0) });
attempt('kernel: its log', sub { privileged_call(103, 116, 3, $nothing, 128) });
attempt('kernel: accounting', sub { privileged_call(163, 89, 0) });

# Looked for by the test when all is done.
if (fork() == 0) {
  syscall($arm ? 157 : 112);
  open(STDOUT, '>', '/dev/null');
  open(STDERR, '>', '/dev/null');
  exec { $^X } $facts{daemon}[0], '-e', 'sleep 7777';
}
