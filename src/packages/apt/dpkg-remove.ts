import type { RootFiles } from '../../model/sys.ts';
import { readShipped } from './dpkg-owners.ts';

/**
 * Takes packages away by dpkg's records alone, without their scripts: for what dpkg and all scripts themselves run by,
 * of which none can be the last to go. The database knows of them no more.
 */
export function removeByRecords(root: RootFiles, names: readonly string[]): void {
  const gone = new Set<string>();
  const kept = new Set<string>();
  for (const { name, paths } of readShipped(root)) {
    for (const path of paths) (names.includes(name) ? gone : kept).add(path);
  }
  const directories: string[] = [];
  for (const path of gone) {
    if (kept.has(path)) continue;
    if (root.lstat(path)?.type === 'directory') directories.push(path);
    else root.remove(path);
  }
  // Those within before those around them.
  for (const path of directories.sort().toReversed()) {
    if (root.list(path).length === 0) root.remove(path);
  }
  removeAlternatives(root, gone);
  forget(root, names);
}

// update-alternatives(1): /usr/bin/awk leads to /etc/alternatives/awk, and that to the program of a package.
function removeAlternatives(root: RootFiles, gone: ReadonlySet<string>): void {
  const dead = root.list(alternatives).filter((name) => {
    const target = root.readlink(`${alternatives}/${name}`)?.slice(1) ?? '';
    // Scripts may name a program by its place before /usr was merged.
    return gone.has(target) || gone.has(`usr/${target}`);
  });
  if (dead.length === 0) return;
  const targets = new Set(dead.map((name) => `/${alternatives}/${name}`));
  const links = [...root.walk('usr')].filter(({ target }) => targets.has(target ?? ''));
  for (const { path } of links) root.remove(path);
  for (const name of dead) {
    root.remove(`${alternatives}/${name}`);
    root.remove(`${database}/alternatives/${name}`);
  }
}

function forget(root: RootFiles, names: readonly string[]): void {
  for (const file of root.list(`${database}/info`)) {
    const [, name = ''] = /^(.+?)(?::[^:.]+)?\.[^.]+$/.exec(file) ?? [];
    if (names.includes(name)) root.remove(`${database}/info/${file}`);
  }
  const status = (root.readText(`${database}/status`) ?? '')
    .split(/(?<=\n)\n+/)
    .filter((stanza) => !names.includes(/^Package: (.*)$/m.exec(stanza)?.[1] ?? ''));
  root.write(`${database}/status`, status.join('\n'), 0o644);
}

const alternatives = 'etc/alternatives';
const database = 'var/lib/dpkg';
