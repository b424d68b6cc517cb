// All unit and golden tests in one process: a process for each of the many files takes four times as long. A share of them
// where PART is 1/2 or 2/2.
import { readdirSync } from 'node:fs';

const [part = 1, parts = 1] = (process.env['PART'] ?? '1/1').split('/').map(Number);
const files = ['unit', 'golden'].flatMap((folder) =>
  readdirSync(new URL(`${folder}/`, import.meta.url), { recursive: true })
    .map(String)
    .filter((file) => file.endsWith('.test.ts'))
    .map((file) => `./${folder}/${file}`),
);
for (const [place, file] of files.toSorted().entries()) {
  if (place % parts === part - 1) await import(file);
}
