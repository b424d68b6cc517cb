import { runsScripts } from '../../helpers/rpm/scripts.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

runsScripts(dnf4);
