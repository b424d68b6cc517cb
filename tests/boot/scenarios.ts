// The roots that a workstation or server may have. tests/helpers/scenario.ts proves each row: its disks are made in a guest,
// the machine is captured there, an image built for it, and booted.
import type { Scenario } from '../helpers/scenario.ts';
import { cached } from './rows/cached.ts';
import { checked } from './rows/checked.ts';
import { fileSystems } from './rows/file-systems.ts';
import { luksStacks } from './rows/luks-stacks.ts';
import { luksRows } from './rows/luks.ts';
import { lvm } from './rows/lvm.ts';
import { networkRows } from './rows/network.ts';
import { partitioned } from './rows/partitioned.ts';
import { paths } from './rows/paths.ts';
import { raid } from './rows/raid.ts';
import { remoteRows } from './rows/remote.ts';
import { resume } from './rows/resume.ts';
import { unlocked } from './rows/unlocked.ts';

export const scenarios: readonly Scenario[] = [
  ...partitioned,
  ...fileSystems,
  ...resume,
  ...raid,
  ...lvm,
  ...luksRows,
  ...luksStacks,
  ...remoteRows,
  ...unlocked,
  ...checked,
  ...cached,
  ...paths,
  ...networkRows,
];
