import { runsScripts } from '../../helpers/rpm/scripts.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

runsScripts(zypper);
