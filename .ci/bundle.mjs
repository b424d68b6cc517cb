// One file that starts fast; zstd-codec, 2 MB that only a machine without zstd needs, lies beside it.
import { build } from 'esbuild';
import { readFileSync } from 'node:fs';

const { version } = JSON.parse(readFileSync('package.json', 'utf8'));

// Libraries in CommonJS ask for these, which an ES module does not have.
const banner = {
  js: [
    "import { createRequire as makeRequire } from 'node:module';",
    "import { dirname as pathOfDirectory } from 'node:path';",
    "import { fileURLToPath as pathOfUrl } from 'node:url';",
    'const require = makeRequire(import.meta.url);',
    'const __filename = pathOfUrl(import.meta.url);',
    'const __dirname = pathOfDirectory(__filename);',
  ].join(' '),
};
const common = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

await build({
  ...common,
  banner,
  define: { PKGINITRD_VERSION: JSON.stringify(version) },
  entryPoints: ['src/main.ts'],
  outfile: 'dist/pkginitrd.mjs',
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
await build({
  ...common,
  banner,
  entryPoints: ['src/compress/codec.ts'],
  outfile: 'dist/zstd-codec.mjs',
  external: ['./zstd-codec-binding.js'],
});
