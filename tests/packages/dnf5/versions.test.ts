import { choosesVersions } from '../../helpers/rpm/versions.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

choosesVersions(dnf5);
