import { obeysSettings } from '../rpm/settings.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

obeysSettings(dnf4);
