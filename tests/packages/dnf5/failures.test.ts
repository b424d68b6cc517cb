import { failsWell } from '../rpm/failures.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

failsWell(dnf5);
