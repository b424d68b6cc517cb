import { choosesVersions } from '../../helpers/rpm/versions.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

choosesVersions(dnf4);
