import type { Stanza } from '../../src/formats/deb-control.ts';

// Debian's versions and relations in pacman's language.

/** `[EPOCH:]VERSION-RELEASE`, where VERSION has no '-'. */
export function pacmanVersion(debian: string): string {
  const [, epoch = '', rest = ''] = /^(\d+:)?(.*)$/.exec(debian) ?? [];
  const dash = rest.lastIndexOf('-');
  const [version, release] =
    dash === -1 ? [rest, '1'] : [rest.slice(0, dash), rest.slice(dash + 1)];
  return `${epoch}${version.replaceAll('-', '.')}-${release}`;
}

export function providesOf(stanza: Stanza): readonly string[] {
  return split(stanza.get('provides')).map((one) => {
    const [, name = '', version] = /^([^\s(:]+)(?:\s*\(=\s*([^)]+)\))?/.exec(one) ?? [];
    return version === undefined ? name : `${name}=${relationVersion(version)}`;
  });
}

/** The first of the alternatives that is there; a dropped one is left out. */
export function dependsOf(stanza: Stanza, known: ReadonlySet<string>): readonly string[] {
  const relations = [...split(stanza.get('pre-depends')), ...split(stanza.get('depends'))];
  return relations.flatMap((relation) => {
    for (const term of relation.split('|')) {
      const [, name = '', operator, version] =
        /^\s*([^\s(:]+)(?::\S+)?(?:\s*\(([<>=]+)\s*([^)]+)\))?/.exec(term) ?? [];
      if (!known.has(name)) continue;
      if (operator === undefined || version === undefined) return [name];
      return [`${name}${operators[operator] ?? '='}${relationVersion(version.trim())}`];
    }
    return [];
  });
}

// `>> X` without a release holds for X-1 in dpkg, and not in alpm, which leaves the release out.
const operators: Readonly<Record<string, string>> = {
  '<<': '<',
  '<=': '<=',
  '=': '=',
  '>=': '>=',
  '>>': '>=',
};

// alpm knows no '~', and a dependency without release is one on any.
function relationVersion(debian: string): string {
  const version = debian.replace(/~$/, '');
  return version.includes('-') ? pacmanVersion(version) : version;
}

function split(relation: string | undefined): readonly string[] {
  return (relation ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
