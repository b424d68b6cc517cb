import { boots } from '../../helpers/rpm/boots.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

boots(zypper);
