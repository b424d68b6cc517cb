/**
 * The variables of an environment by which apt, curl and what is made with them find a proxy. curl takes no HTTP_PROXY,
 * apt takes the lower case alone: each manager is given what the user has set, and reads what it reads by hand.
 */
export function proxyVariables(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const names = ['http_proxy', 'https_proxy', 'ftp_proxy', 'all_proxy', 'no_proxy'];
  return Object.fromEntries(
    names
      .flatMap((name) => [name, name.toUpperCase()])
      .flatMap((name) => {
        const value = environment[name];
        return value === undefined ? [] : [[name, value]];
      }),
  );
}
