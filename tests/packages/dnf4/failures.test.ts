import { failsWell } from '../rpm/failures.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

failsWell(dnf4);
