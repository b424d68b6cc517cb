import { choosesVersions } from '../rpm/versions.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

choosesVersions(dnf5);
