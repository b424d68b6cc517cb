/**
 * True for files of the host that no initrd may have: the machine's identity and what proves it. An image lies on the ESP, where
 * others may read it.
 */
export function isNeverTaken(path: string): boolean {
  return neverTaken.test(path);
}

const neverTaken =
  /^\/(?:etc\/(?:machine-id|g?shadow-?|ssh\/ssh_host_[^/]*)|var\/lib\/dbus\/machine-id|(?:var\/lib\/systemd|loader|boot\/loader|efi\/loader|boot\/efi\/loader)\/random-seed|var\/lib\/(?:u?random|random-seed)(?:\/.*)?)$/;
