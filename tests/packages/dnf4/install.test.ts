import { installsFromCaches } from '../rpm/installs.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

installsFromCaches(dnf4);
