// The bundle's first file: limits memory; what it loads later is compiled once and kept, where Node.js can do that (22.1 and newer).
import module from 'node:module';
import v8 from 'node:v8';
import { absolutePath } from './model/brands.ts';
import { privateDirectory } from './sys/private-directory.ts';

// Compiled code is run unseen, so it lies where root alone writes. Others compile anew.
const compiled = absolutePath('/var/cache/pkginitrd/node');

function keepCompiled(): void {
  if (process.getuid?.() !== 0) return;
  if (!('enableCompileCache' in module) || typeof module.enableCompileCache !== 'function') return;
  try {
    privateDirectory(compiled);
    module.enableCompileCache(compiled);
  } catch {
    // A disk that is read-only costs the time of compiling.
  }
}

// V8 lets garbage double what is in use; less keeps a build below 150 MB. Set here a flag that it has no more ends nothing.
v8.setFlagsFromString('--heap-growing-percent=40');
keepCompiled();
await import('./main.ts');
