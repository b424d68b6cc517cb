// All unit and golden tests in one process: a process for each of the seventy files takes four times as long.
import { readdirSync } from 'node:fs';

for (const folder of ['unit', 'golden']) {
  const files = readdirSync(new URL(`${folder}/`, import.meta.url), { recursive: true });
  for (const file of files.map(String).sort()) {
    if (file.endsWith('.test.ts')) await import(`./${folder}/${file}`);
  }
}
