import type { HostFacts } from '../model/facts.ts';
import type { HostEntry } from '../model/plan.ts';

/** The files of the host part: what the host's /etc says about disks to open and the keyboard. */
export function hostEntries(facts: HostFacts): readonly HostEntry[] {
  const entries: HostEntry[] = facts.hostFiles.map((file) => ({
    path: file.path.replace(/^\//, ''),
    mode: file.secret ? 0o400 : 0o644,
    content: { type: 'copy', source: file.path },
    secret: file.secret,
    from: file.reason,
  }));
  if (facts.crypttab.length > 0) {
    entries.push({
      path: 'etc/crypttab',
      mode: 0o600,
      content: { type: 'text', text: facts.crypttab.map(({ line }) => `${line}\n`).join('') },
      secret: false,
      from: { type: 'crypttab lines' },
    });
  }
  return entries.sort((a, b) => (a.path < b.path ? -1 : 1));
}
