import { obeysSettings } from '../rpm/settings.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

obeysSettings(zypper);
