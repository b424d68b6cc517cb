import { installsFromCaches } from '../../helpers/rpm/installs.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

installsFromCaches(zypper);
