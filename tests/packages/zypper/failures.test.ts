import { failsWell } from '../rpm/failures.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

failsWell(zypper);
