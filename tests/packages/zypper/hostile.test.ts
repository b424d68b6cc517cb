import { refusesHostile } from '../rpm/hostile.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

refusesHostile(zypper);
