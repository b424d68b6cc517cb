import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * The licence of every npm module whose code is in the bundles: `{ name, version, licence, text }`, by name.
 * A module that ships no text of its licence needs one in plugin/licences/, taken from its repository.
 */
export function licences(builds) {
  const folders = new Set(
    builds.flatMap(({ metafile }) =>
      Object.keys(metafile.inputs).flatMap(
        (path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? [],
      ),
    ),
  );
  return [...folders].map(describe).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  const file = readdirSync(folder).find((entry) =>
    /^licen[cs]e(?:-mit)?(?:\.(?:md|txt))?$/i.test(entry),
  );
  const ours = `plugin/licences/${name}`;
  const path = file === undefined ? ours : `${folder}/${file}`;
  if (!existsSync(path)) {
    throw new Error(
      `Cannot ship ${name}: it has no licence text; put the one of its repository into ${ours}`,
    );
  }
  return { name, version, licence: license, text: readFileSync(path, 'utf8').trim() };
}
