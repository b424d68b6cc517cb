import { bootsFromCaches } from '../../helpers/rpm/boots.ts';

bootsFromCaches('zypper');
