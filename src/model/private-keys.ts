/**
 * True for the path of a key by which an initrd is known to clients of ssh, in the form of OpenSSH or of dropbear. Whoever has one
 * can pass for the machine, whatever rights its file has.
 */
export function isPrivateKeyPath(path: string): boolean {
  return /(?:^|\/)(?:ssh_host_[^/]*_key|dropbear_[^/]*_host_key)$/.test(path);
}
