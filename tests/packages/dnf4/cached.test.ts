import { dnf4 } from '../../helpers/rpm/managers.ts';
import { buildsFromParts } from '../rpm/cached.ts';

buildsFromParts(dnf4);
