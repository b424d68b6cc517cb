/** Where a file of the kernel lies in an image, whose /usr is merged: `lib/…` is `usr/lib/…`. */
export function merged(path: string): string {
  return path.replace(/^(?:usr\/)?lib\//, 'usr/lib/');
}
