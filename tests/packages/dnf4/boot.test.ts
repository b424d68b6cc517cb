import { boots } from '../../helpers/rpm/boots.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

boots(dnf4);
