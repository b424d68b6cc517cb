import { bootsFromCaches, bootsFromInstalled } from '../../helpers/rpm/boots.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

bootsFromCaches(dnf4);
bootsFromInstalled(dnf4);
