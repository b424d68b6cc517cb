import { seesWhatIsNamed } from '../rpm/view.ts';
import { dnf5 } from '../../helpers/rpm/managers.ts';

seesWhatIsNamed(dnf5);
