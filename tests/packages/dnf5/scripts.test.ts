import { runsScripts } from '../../helpers/rpm/scripts.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

runsScripts(dnf5);
