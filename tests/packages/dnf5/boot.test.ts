import { bootsFromCaches } from '../rpm/boots.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

bootsFromCaches(dnf5);
