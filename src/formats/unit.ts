// A unit file or drop-in (systemd.syntax(7)), read as leniently as systemd does, which passes over lines that it does not
// understand.

export interface UnitSetting {
  readonly section: string;
  readonly key: string;
  readonly value: string;
}

/** Settings in their order, comments gone and continued lines joined. */
export function parseUnit(text: string): readonly UnitSetting[] {
  const settings: UnitSetting[] = [];
  let section = '';
  for (const line of logicalLines(text)) {
    const header = /^\[([^\]]*)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = header;
      continue;
    }
    const equals = line.indexOf('=');
    if (section === '' || equals < 1) continue;
    settings.push({
      section,
      key: line.slice(0, equals).trimEnd(),
      value: line.slice(equals + 1).trimStart(),
    });
  }
  return settings;
}

/** The values of a list, which an empty assignment begins anew. */
export function unitList(
  settings: readonly UnitSetting[],
  section: string,
  key: string,
): readonly string[] {
  const values: string[] = [];
  for (const setting of settings) {
    if (setting.section !== section || setting.key !== key) continue;
    if (setting.value === '') values.length = 0;
    else values.push(setting.value);
  }
  return values;
}

function logicalLines(text: string): readonly string[] {
  const lines: string[] = [];
  let parts: string[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    // A comment between continued lines does not end them.
    if (line.startsWith('#') || line.startsWith(';')) continue;
    const continues = line.endsWith('\\');
    parts.push(continues ? line.slice(0, -1) : line);
    if (continues) continue;
    const whole = parts.join(' ').trim();
    parts = [];
    if (whole !== '') lines.push(whole);
  }
  if (parts.length > 0) lines.push(parts.join(' ').trim());
  return lines;
}
