import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const profiles = fileURLToPath(new URL('../../../dropins/profiles', import.meta.url));

/** A script of a profile that finds below `root` what it and those that it reads look for at absolute paths. */
export function movedScript(root: string, file: string): string {
  const text = readFileSync(join(profiles, file), 'utf8');
  const path =
    /(?<=[ <>"])\/(?=(?:proc\/cmdline|dev\/kmsg|etc|sys|usr\/lib\/(?:pkginitrd|systemd\/system))\b)/g;
  return text.replaceAll(path, `${root}/`);
}
