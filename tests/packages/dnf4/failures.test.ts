import { failsWell } from '../../helpers/rpm/failures.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

failsWell(dnf4);
