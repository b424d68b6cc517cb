import type { Config } from '../model/config.ts';
import type { Explanation } from '../model/explanation.ts';
import { profileUses } from './storage/profile-uses.ts';

/** A profile that there is and that is not used, with what would have it used. */
export function explainProfile(config: Config, name: string): readonly Explanation[] {
  if (!config.availableProfiles.includes(name)) return [];
  if (config.profiles.some(({ value }) => value === name)) return [];
  const words = profileUses(name);
  const ban = config.forbiddenProfiles.find(({ value }) => value === name);
  return [
    {
      kind: 'profile not used',
      name,
      lines: [
        { of: null, remark: ban ? { type: 'excluded', by: ban.from } : { type: 'nobody asks' } },
        ...(words.length === 0 ? [] : [{ of: null, remark: { type: 'used for', words } } as const]),
        {
          of: null,
          remark: { type: 'taken by', setting: 'Profiles', flag: 'profile', word: name },
        },
      ],
    },
  ];
}
