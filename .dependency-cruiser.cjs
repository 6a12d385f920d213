/** The import rules of the house (docs/adr/0001). Each forbids what isn't named as allowed. */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from, pathNot: '\\.test\\.ts$' },
  to: { pathNot: allowed },
});
const library = (name, comment, pkg, allowedFrom) => ({
  name,
  comment,
  severity: 'error',
  from: { pathNot: allowedFrom },
  to: { path: pkg },
});

module.exports = {
  forbidden: [
    only(
      'core-is-pure',
      'Decisions need no mock: core knows nothing but itself.',
      '^src/core/',
      '^src/core/',
    ),
    only(
      'ports-know-core',
      'Interfaces speak in core terms and nothing else.',
      '^src/ports/',
      '^src/(core|ports)/',
    ),
    only(
      'reconcile-on-ports',
      'The reconciler is driven by a virtual clock and fake radios in tests; it can only see ports.',
      '^src/reconcile/',
      '^src/(core|ports|reconcile)/|^node_modules/node-cron/|^(node:)?(async_hooks|events)$',
    ),
    only(
      'app-on-ports',
      'Use cases are the one door of all faces and know none of them.',
      '^src/app/',
      '^src/(core|ports|app)/|^node_modules/zod/',
    ),
    only(
      'store-on-ports',
      'SQL stays in the store.',
      '^src/store/',
      '^src/(core|ports|store)/|^node_modules/(better-sqlite3|@types/better-sqlite3|zod)/|^(node:)?(crypto|fs|path|url|os)$',
    ),
    only(
      'config-on-ports',
      'Reading settings opens nothing.',
      '^src/config/',
      '^src/(core|ports|config)/|^node_modules/(yaml|zod)/|^(node:)?(fs|path|url|os)$',
    ),
    only(
      'platform-on-ports',
      'The machine: clock, time zones, log, signals.',
      '^src/platform/',
      '^src/(core|ports|platform)/|^node_modules/(pino|temporal-polyfill)/|^(node:)?[a-z0-9_/]+$',
    ),
    {
      name: 'faces-apart',
      comment: 'Three thin faces over src/app that never import each other.',
      severity: 'error',
      from: { path: '^src/faces/([^/]+)/' },
      to: { path: '^src/', pathNot: ['^src/(core|ports|app)/', '^src/faces/$1/'] },
    },
    only(
      'drivers-on-ports',
      'A driver knows its radio library and the driver interface; plugins of third parties get no more.',
      '^drivers/',
      '^src/(core|ports)/|^drivers/|^node_modules/|^(node:)?[a-z0-9_/]+$',
    ),
    {
      name: 'drivers-apart',
      comment: 'No driver leans on another; what two of them need is in drivers/shared.',
      severity: 'error',
      from: { path: '^drivers/([^/]+)/' },
      to: { path: '^drivers/', pathNot: '^drivers/($1|shared)/' },
    },
    {
      name: 'simulators-are-strangers',
      comment: 'A simulator that knew Lockstep could flatter it.',
      severity: 'error',
      from: { path: '^simulators/' },
      to: { path: '^(src|drivers)/' },
    },
    {
      name: 'nobody-imports-simulators',
      comment: 'They are talked to over TCP only.',
      severity: 'error',
      from: { path: '^(src|drivers)/' },
      to: { path: '^simulators/' },
    },
    library(
      'only-store-has-sqlite',
      'One place to get durability right.',
      'node_modules/better-sqlite3/',
      '^(src/store|bench)/',
    ),
    library(
      'only-mqtt-face-has-mqtt',
      'One place that speaks MQTT.',
      'node_modules/(mqtt|aedes)/',
      '^(src/faces/mqtt|src/demo|test|bench)/|^node_modules/',
    ),
    library(
      'only-zwave-driver-has-zwave-js',
      'A radio library stays behind its driver.',
      'node_modules/(zwave-js|@zwave-js)/',
      '^(drivers/zwave|simulators/zwave|bench)/|^node_modules/',
    ),
    library(
      'only-zigbee-driver-has-herdsman',
      'A radio library stays behind its driver; the simulator writes its own frames, or it would prove nothing.',
      'node_modules/zigbee-herdsman/',
      '^(drivers/zigbee|simulators/zigbee/testing|bench)/|^node_modules/',
    ),
    {
      name: 'no-circular',
      comment: 'Rooms have one direction.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'resolvable',
      comment: 'A module that cannot be resolved would silently escape every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
