import { seesWhatIsNamed } from '../rpm/view.ts';
import { dnf4 } from '../../helpers/rpm/managers.ts';

seesWhatIsNamed(dnf4);
