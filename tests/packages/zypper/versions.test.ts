import { choosesVersions } from '../../helpers/rpm/versions.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

choosesVersions(zypper);
