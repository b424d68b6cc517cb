import { installsFromCaches } from '../rpm/installs.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

installsFromCaches(zypper);
