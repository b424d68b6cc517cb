// bundle.mjs [DIRECTORY]: a program that starts fast: pkginitrd.mjs, and beside it what only some commands load. zstd-codec, 800 KB that only a machine without zstd needs, lies
// beside it and may be left out. Below share/ lies what a package installs in /usr/share. Into dist/ where no directory is
// named.
import { build } from 'esbuild';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { licences } from './licences.mjs';
import { writeShare } from './share.mjs';

const directory = process.argv[2] ?? 'dist';
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

const banner =
  "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);";
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  // The licences' texts lie beside the bundle, see licences.mjs.
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
};

const program = await build({
  ...common,
  banner: { js: banner },
  define: { PKGINITRD_VERSION: JSON.stringify(version) },
  entryPoints: { pkginitrd: 'src/start.ts' },
  outdir: directory,
  splitting: true,
  chunkNames: 'pkginitrd-[hash]',
  outExtension: { '.js': '.mjs' },
  plugins: [
    {
      name: 'codec-apart',
      setup(bundler) {
        bundler.onResolve({ filter: /\/codec\.ts$/ }, () => ({
          path: './zstd-codec.mjs',
          external: true,
        }));
      },
    },
  ],
});
const codec = await build({
  ...common,
  // Code made by Emscripten asks where it lies, which an ES module does not know by this name.
  banner: { js: `${banner} const __dirname = import.meta.dirname;` },
  entryPoints: ['src/compress/codec.ts'],
  outfile: join(directory, 'zstd-codec.mjs'),
  // For engines without WebAssembly, which Node.js has.
  external: ['./zstd-codec-binding.js'],
});

// Those of earlier builds.
const written = new Set(Object.keys(program.metafile.outputs).map((path) => basename(path)));
for (const name of readdirSync(directory)) {
  if (/^pkginitrd-.*\.mjs$/.test(name) && !written.has(name)) rmSync(join(directory, name));
}

writeShare(directory, { version, licences: licences([program, codec]) });
