import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { readEntries } from '../../../src/formats/initrd/entries.ts';
import { pathText } from '../../../src/model/path-bytes.ts';
import type { StreamedEntry } from '../../../src/model/image.ts';
import { buildable } from '../../helpers/boots-root.ts';
import { offlineImage } from '../../helpers/offline-image.ts';
import { scratch } from '../../helpers/scratch.ts';
import { buildDeb, update, writeIndex } from './repository.ts';
import { cleanUp, skip } from './support.ts';
import { fillCache, systemHost } from './system-host.ts';

// Names are bytes: those of a package that are no UTF-8 arrive in the image as they are.

after(cleanUp);

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

test(
  'names and link targets that are no UTF-8 go through a whole image',
  { skip, timeout: 900_000 },
  async (t) => {
    const kernel = buildable(t);
    if (kernel === undefined) return;
    const host = await systemHost();
    fillCache(host);
    const repository = `${host.root}/srv/names`;
    mkdirSync(repository);
    await buildDeb({ name: 'names', version: '1', fill: fillTree }, repository);
    await writeIndex(repository);
    mkdirSync(`${host.root}/etc/apt/sources.list.d`, { recursive: true });
    const list = '/etc/apt/sources.list.d/names.list';
    writeFileSync(`${host.root}${list}`, 'deb [trusted=yes] file:/srv/names ./\n');
    await update(host.root, [
      ...(['-o', `Dir::Etc::sourcelist=${list}`] as const),
      ...['-o', 'Dir::Etc::sourceparts=-', '-o', 'APT::Get::List-Cleanup=0'],
    ]);
    mkdirSync(`${host.root}/etc/pkginitrd`, { recursive: true });
    writeFileSync(
      `${host.root}/etc/pkginitrd/50-names.conf`,
      '[Output]\nCompressOutput=none\n[Content]\nPackages=names\nRemoveFiles=/usr/share/names/gone-*\n',
    );
    const { initrd, manifest } = await offlineImage(kernel, host.root, scratch(t));
    assert.match(manifest, /"name": "names"/);
    const found = new Map<string, StreamedEntry>();
    for await (const entry of readEntries([readFileSync(initrd)])) {
      if (entry.path.startsWith('usr/share/names/')) found.set(entry.path.slice(16), entry);
    }
    assert.deepEqual(
      [...found.keys()].sort(),
      ['d\udce9', 'd\udce9/\udcff', 'caf\udce9', 'link', 'version'].sort(),
    );
    const link = found.get('link');
    assert.equal(link?.type === 'symlink' ? link.target : undefined, pathText(latin1('caf\xe9')));
  },
);

function fillTree(tree: string): void {
  const at = (name: string): Buffer => latin1(join(tree, 'usr/share/names', name));
  writeFileSync(at('caf\xe9'), 'coffee\n');
  writeFileSync(at('gone-\xfe'), 'removed\n');
  mkdirSync(at('d\xe9'));
  writeFileSync(at('d\xe9/\xff'), 'deep\n');
  symlinkSync(latin1('caf\xe9'), at('link'));
}
