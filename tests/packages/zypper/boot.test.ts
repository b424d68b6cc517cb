import { bootsFromCaches, bootsFromInstalled } from '../rpm/boots.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

bootsFromCaches(zypper);
bootsFromInstalled(zypper);
