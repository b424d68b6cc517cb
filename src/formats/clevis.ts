// What Clevis keeps in a token of LUKS2: a JWE (RFC 7516) whose protected header says what decrypts it, its "pin".

/**
 * The pins that the base64url of a JWE's protected header names, `tang`, `tpm2` and the like, sorted: several where it needs some of
 * them (`sss`, Shamir's secret sharing), each of which is a JWE of its own inside. Nothing where it is no header of Clevis.
 */
export function clevisPins(header: string): readonly string[] {
  const pins = new Set<string>();
  // A list, not recursion: the disk says how deep it goes. Each is shorter than what it lies in.
  const pending = [header];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const clevis = member(decoded(next), 'clevis');
    const pin = member(clevis, 'pin');
    if (typeof pin !== 'string') continue;
    pins.add(pin);
    const inner = member(member(clevis, pin), 'jwe');
    if (!Array.isArray(inner)) continue;
    for (const each of inner)
      if (typeof each === 'string') pending.push(each.replace(/\..*$/s, ''));
  }
  return [...pins].sort();
}

function member(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name === key)?.[1];
}

function decoded(header: string): unknown {
  try {
    return JSON.parse(Buffer.from(header, 'base64url').toString());
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
