import { installsFromCaches } from '../rpm/installs.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

installsFromCaches(dnf5);
