/** Rows of cells in columns, two blanks between them and before the first; the last column is not padded. */
export function table(
  rows: readonly (readonly string[])[],
  options: { readonly rightAligned?: readonly number[] } = {},
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  const pad = (cell: string, column: number, isLast: boolean): string => {
    if (options.rightAligned?.includes(column)) return cell.padStart(widths[column] ?? 0);
    return isLast ? cell : cell.padEnd(widths[column] ?? 0);
  };
  return rows
    .map(
      (row) =>
        `  ${row.map((cell, column) => pad(cell, column, column === row.length - 1)).join('  ')}\n`,
    )
    .join('');
}

/** Words one after the other, in lines of at most 100 columns. */
export function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (const word of words) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + word.length + 1 <= 100)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`  ${word}`);
  }
  return lines.map((line) => `${line}\n`).join('');
}
