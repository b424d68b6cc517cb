/** The command line or a drop-in is wrong: exit code 2. */
export class UsageError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.name = 'UsageError';
    this.hint = hint;
  }
}

/** The initrd could not be built, checked or placed: exit code 1, the old image stays. */
export class BuildError extends Error {
  readonly hint: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'BuildError';
    this.hint = options.hint;
  }
}

/** The package manager has no lists to resolve by: whether the packages can be had is not known. */
export class MissingLists extends BuildError {}
