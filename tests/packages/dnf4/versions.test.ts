import { choosesVersions } from '../rpm/versions.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

choosesVersions(dnf4);
