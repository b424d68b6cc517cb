import { buildsFromInstalled } from '../rpm/from-installed.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

buildsFromInstalled(dnf4);
