import { refusesHostile } from '../rpm/hostile.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

refusesHostile(dnf4);
