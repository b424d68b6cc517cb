import { bootsFromCaches, bootsFromInstalled } from '../rpm/boots.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

bootsFromCaches(dnf4);
bootsFromInstalled(dnf4);
