import { BuildError } from '../model/errors.ts';

/** The file or a directory on the way to it is not there. */
export function isMissing(error: unknown): boolean {
  const code = errnoCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

export function errnoCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
}

/** Runs a file operation; a failure becomes a BuildError that says what was done to which path. */
export function named<T>(action: string, path: string, operation: () => T): T {
  try {
    return operation();
  } catch (error) {
    throw fileFailure(action, path, error);
  }
}

/** The same for what is allowed to be absent. */
export function ifPresent<T>(action: string, path: string, operation: () => T): T | undefined {
  try {
    return operation();
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw fileFailure(action, path, error);
  }
}

export function fileFailure(action: string, path: string, error: unknown): BuildError {
  if (error instanceof BuildError) return error;
  const code = errnoCode(error);
  return new BuildError(`Cannot ${action} "${path}": ${reason(error)}`, {
    cause: error,
    hint:
      code === 'ENOSPC'
        ? 'Free some space on that file system, or choose another directory'
        : undefined,
  });
}

/** The failure of a file operation in words. */
export function reason(error: unknown): string {
  switch (errnoCode(error)) {
    case 'ENOSPC':
      return 'no space left on the device';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EROFS':
      return 'the file system is read-only';
    case 'ENOENT':
      return 'no such file or directory';
    case 'ELOOP':
      return 'too many symlinks, or one where none may be';
    case 'ENXIO':
      return 'it is a socket, or a device that is not there';
    case 'EISDIR':
      return 'it is a directory';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}
