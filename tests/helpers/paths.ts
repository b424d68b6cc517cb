import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const checkout = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Fixtures that setup.sh makes, and images shared by tests. */
export const cache = join(checkout, '.cache');

export const bundle = join(checkout, 'dist/pkginitrd.mjs');
