import { rpmSuite } from '../../helpers/rpm/suite.ts';

rpmSuite({
  manager: 'zypper',
  packages: 'var/cache/zypp/packages/test/Packages',
  metadata: 'var/cache/zypp/raw',
  refresh: 'zypper refresh',
  locks: ['run/zypp.pid', 'var/run/zypp.pid'],
});
