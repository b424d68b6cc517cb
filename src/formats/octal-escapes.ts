/** Blanks, tabs, newlines and backslashes in fields of fstab(5) and proc_pid_mountinfo(5): `\040` is a blank. */
export function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 8)),
  );
}
