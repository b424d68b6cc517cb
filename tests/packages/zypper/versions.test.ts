import { choosesVersions } from '../rpm/versions.ts';
import { zypper } from '../../helpers/rpm/managers.ts';

choosesVersions(zypper);
