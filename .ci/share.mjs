import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { roff } from './roff.mjs';

/** What a package installs in /usr/share: man pages, completions, the licences of what is in the bundle. */
export function writeShare(directory, { version, licences }) {
  const share = join(directory, 'share');
  for (const each of ['share', 'share-debian']) {
    rmSync(join(directory, each), { recursive: true, force: true });
  }
  for (const [page, folder, target] of pages) {
    const text = readFileSync(`${folder}/${page}.md`, 'utf8');
    const path = `man/man${page.at(-1)}/${page}`;
    write(`${directory}/${target}/${path}`, roff(text, `pkginitrd ${version}`));
  }
  for (const [shell, path] of Object.entries(completions)) {
    write(`${share}/${path}`, completion(directory, shell));
  }
  write(`${share}/doc/pkginitrd/bundled-licences`, licences.map(section).join('\n'));
}

const pages = [
  ['pkginitrd.8', 'src/man', 'share'],
  ['pkginitrd.conf.5', 'src/man', 'share'],
  ['update-initramfs.8', 'plugin/debian', 'share-debian'],
];

const completions = {
  bash: 'bash-completion/completions/pkginitrd',
  zsh: 'zsh/vendor-completions/_pkginitrd',
  fish: 'fish/vendor_completions.d/pkginitrd.fish',
};

function completion(directory, shell) {
  const program = resolve(directory, 'pkginitrd.mjs');
  return execFileSync(process.execPath, [program, 'completion', shell], { encoding: 'utf8' });
}

function section({ name, version, licence, text }) {
  return `${name} ${version} (${licence})\n\n${text.replaceAll(/^/gm, '    ').replaceAll(/ +$/gm, '')}\n`;
}

function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
