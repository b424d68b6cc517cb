import { buildsFromInstalled } from '../rpm/from-installed.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

buildsFromInstalled(zypper);
