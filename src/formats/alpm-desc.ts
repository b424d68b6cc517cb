// alpm's records of a package (desc, files): `%FIELD%`, one value a line, a blank line.

export type AlpmDesc = ReadonlyMap<string, readonly string[]>;

export function parseAlpmDesc(text: string): AlpmDesc {
  const fields = new Map<string, string[]>();
  let values: string[] | undefined;
  for (const line of text.split('\n')) {
    const [, field] = /^%([A-Z0-9_]+)%$/.exec(line) ?? [];
    if (field !== undefined) {
      values = [];
      fields.set(field, values);
    } else if (line === '') {
      values = undefined;
    } else {
      values?.push(line);
    }
  }
  return fields;
}
