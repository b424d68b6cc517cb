import { obeysSettings } from '../rpm/settings.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

obeysSettings(dnf5);
