import type { Config } from '../../model/config.ts';

/** Trees and scripts of the user's own can bring tables, units or programs that nothing is known of here. */
export function mayBringUnits({ extraTrees, postinstScripts, finalizeScripts }: Config): boolean {
  return [...extraTrees, ...postinstScripts, ...finalizeScripts].some(
    ({ from }) => from.type === 'flag' || (from.type === 'file' && ownPlace.test(from.file)),
  );
}

const ownPlace = /\/(?:etc|run|usr\/local\/lib)\/pkginitrd(?:\/|$)/;
