/**
 * apt_preferences(5) for the build, with the versions of `pinned` before all others. The first record that names a version decides, so ours stand before those of the
 * host, which keep their say in everything else.
 */
export function aptPreferences(
  pinned: ReadonlyMap<string, { readonly version: string }>,
  ownPreferences: string,
): string {
  const pins = [...pinned]
    .filter(([name]) => name !== 'usrmerge')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    // Above 1000, so that the version running here is preferred even to a newer one.
    .map(([name, { version }]) => record(name, `version ${version}`, 1001));
  // init-system-helpers wants it or usr-is-merged. The root is merged from the start, and usrmerge brings all of Perl.
  return [record('usrmerge', 'release *', -1), ...pins, ownPreferences].join('\n');
}

function record(name: string, pin: string, priority: number): string {
  return `Package: ${name}\nPin: ${pin}\nPin-Priority: ${priority}\n`;
}
