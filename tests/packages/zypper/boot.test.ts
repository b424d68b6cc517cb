import { bootsFromCaches, bootsFromInstalled } from '../../helpers/rpm/boots.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

bootsFromCaches(zypper);
bootsFromInstalled(zypper);
