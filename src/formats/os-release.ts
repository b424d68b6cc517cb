import type { OsFacts } from '../model/facts.ts';
import { parseEnvFile } from './env-file.ts';

/** os-release(5) with the defaults it gives. */
export function parseOsRelease(text: string): OsFacts {
  const fields = parseEnvFile(text);
  const name = fields.get('NAME') ?? 'Linux';
  return {
    id: fields.get('ID') ?? 'linux',
    idLike: (fields.get('ID_LIKE') ?? '').split(/\s+/).filter((word) => word !== ''),
    name,
    prettyName: fields.get('PRETTY_NAME') ?? name,
    versionId: fields.get('VERSION_ID'),
    versionCodename: fields.get('VERSION_CODENAME'),
    bugReportUrl: fields.get('BUG_REPORT_URL'),
  };
}
