/** True where a word of Packages= names a package: its name, or a regular expression of apt's, which begins with `^`. */
export function namesPackage(word: string, name: string): boolean {
  return word === name || (word.startsWith('^') && new RegExp(word).test(name));
}
