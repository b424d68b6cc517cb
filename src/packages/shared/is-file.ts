import type { RootFiles } from '../../model/sys.ts';

/** True where a regular file lies at a path of the host: looked at once, however often it is asked for. */
export function isFileIn(host: RootFiles): (path: string) => boolean {
  const answers = new Map<string, boolean>();
  return (path) => {
    const answer = answers.get(path) ?? host.stat(path)?.type === 'file';
    answers.set(path, answer);
    return answer;
  };
}
