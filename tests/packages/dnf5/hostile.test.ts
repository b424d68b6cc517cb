import { refusesHostile } from '../rpm/hostile.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

refusesHostile(dnf5);
