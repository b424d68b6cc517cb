/** What a table by path says of a path, or of its other name where /usr is merged: package lists have either. */
export function byPath<Value>(table: ReadonlyMap<string, Value>, path: string): Value | undefined {
  const alias = path.startsWith('usr/') ? path.slice('usr/'.length) : `usr/${path}`;
  return table.get(path) ?? table.get(alias);
}
