import { fine, problem, warning } from '../../ports/diagnosis.ts';
import type { Diagnosis } from '../../ports/diagnosis.ts';
import type { HostFacts, PathFact } from '../../ports/host.ts';
import { bytes } from './words.ts';

const mebibyte = 2 ** 20;
/** Below this a database with its log can't be relied on to grow by a night's events. */
const diskProblemBytes = 64 * mebibyte;
const diskWarningBytes = 512 * mebibyte;
const inodesProblem = 100;
const inodesWarning = 2_000;
const memoryWarningBytes = 100 * mebibyte;
/** Several times what fifty locks take (npm run bench). */
const residentWarningBytes = 700 * mebibyte;

/**
 * What can be said of the machine and the installation, with or without a daemon. Pure.
 * @param clock what a daemon says of the clock that it goes by
 */
export const judgeHost = (facts: HostFacts, clock = judgeClock(facts)): Diagnosis[] => [
  ...judgeConfig(facts),
  ...judgePaths(facts),
  clock,
  ...judgeDisk(facts),
  judgeMemory(facts),
  fine(
    'versions',
    'programs',
    Object.entries(facts.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  ),
];

const judgeConfig = ({ config }: HostFacts): Diagnosis[] => {
  const { path, problem: wrong, withoutEffect } = config;
  if (wrong !== undefined)
    return [problem('config', path, wrong, 'Put it right: with this file the daemon will not start.')];
  if (withoutEffect.length === 0) return [fine('config', path, 'can be used')];
  return [
    warning(
      'config',
      path,
      `set, but without effect in this version: ${withoutEffect.join(', ')}`,
      'Leave them out, or wait for the version that has them.',
    ),
  ];
};

/** The daemon reads its settings once. */
export const judgeConfigAge = ({ config }: HostFacts): Diagnosis[] =>
  config.isChanged && config.problem === undefined
    ? [
        warning(
          'config',
          config.path,
          'was changed after the daemon had read it',
          'Restart the daemon (systemctl restart lockstep) for the changes to count.',
        ),
      ]
    : [];

const octal = (mode: number): string => mode.toString(8).padStart(4, '0');

const judgePaths = ({ paths, uid }: HostFacts): Diagnosis[] => {
  const [dataDir] = paths;
  const owner = dataDir?.uid;
  if (dataDir?.found === 'missing')
    return [
      problem(
        'permissions',
        dataDir.what,
        `${dataDir.path} is missing: no daemon has run here yet, or its disk isn't there`,
        'Start the daemon, which makes it; if there was one before, mount its disk or restore your backup first.',
      ),
    ];
  const all = paths.flatMap((path) => judgePath(path, owner));
  const foreign =
    owner !== undefined && uid !== undefined && uid !== owner && uid !== 0
      ? [
          warning(
            'permissions',
            'user',
            `this user (uid ${uid}) isn't the data directory's owner (uid ${owner}), so not everything could be seen`,
            'Ask as that user or with sudo.',
          ),
        ]
      : [];
  if (all.length > 0 || foreign.length > 0) return [...all, ...foreign];
  return [fine('permissions', 'files', `${paths.length} looked at, none open to others`)];
};

const judgePath = (path: PathFact, owner: number | undefined): Diagnosis[] => {
  const found = (message: string, whatToDo: string, level = problem): Diagnosis =>
    level('permissions', path.what, `${path.path} ${message}`, whatToDo);
  if (path.found === 'missing')
    return path.required ? [found('is missing', 'Restore it from your backup.')] : [];
  if (path.found === 'hidden')
    return [found("can't be looked at by this user", 'Ask as its owner or with sudo.', warning)];
  if (path.found !== path.kind)
    return [found(`is no ${path.kind}`, 'Move it away, or change the setting that names it.')];
  const wrong: Diagnosis[] = [];
  if (path.mode !== undefined && (path.mode & ~path.mostMode) !== 0)
    wrong.push(
      found(
        `has mode ${octal(path.mode)}: others may use it; at most ${octal(path.mostMode)} is needed`,
        `chmod ${octal(path.mode & path.mostMode)} ${path.path}`,
      ),
    );
  // Root may read it for us (systemd credentials); anybody else could change it behind our back.
  if (path.uid !== undefined && owner !== undefined && path.uid !== owner && path.uid !== 0)
    wrong.push(
      found(`belongs to uid ${path.uid}, the data directory to uid ${owner}`, `chown ${owner} ${path.path}`),
    );
  return wrong;
};

const judgeClock = ({ clock, now }: HostFacts): Diagnosis => {
  const shown = new Date(now).toISOString();
  if (clock.builtAt !== undefined && now < clock.builtAt)
    return problem(
      'clock',
      'system',
      `the clock says ${shown}, which is before this program was made`,
      'Set the clock, or see to it that a time server can be reached (timedatectl).',
    );
  if (clock.synchronised === false)
    return warning(
      'clock',
      'system',
      `the clock says ${shown} and isn't synchronised with a time server yet`,
      'See what keeps systemd-timesyncd from its server: timedatectl timesync-status',
    );
  const how = clock.synchronised === true ? 'synchronised' : 'nothing here tells whether it is synchronised';
  return fine('clock', 'system', `${shown}, ${how}; time zone ${clock.timeZone}`);
};

const judgeDisk = ({ disk }: HostFacts): Diagnosis[] => {
  if (disk === undefined) return [];
  const { path, freeBytes, totalBytes, freeInodes, totalInodes, writable } = disk;
  if (!writable)
    return [
      problem(
        'disk',
        path,
        'the file system is read-only',
        'An SD card that fails often ends so: see dmesg, make a backup, replace the card.',
      ),
    ];
  const free = `${bytes(freeBytes)} of ${bytes(totalBytes)} free`;
  const room = 'Free some space: without it nothing new can be stored, and no code be set.';
  if (freeBytes < diskProblemBytes) return [problem('disk', path, `almost full: ${free}`, room)];
  if (totalInodes > 0 && freeInodes < inodesProblem)
    return [
      problem('disk', path, `room for only ${freeInodes} more files`, 'Remove files that are not needed.'),
    ];
  if (freeBytes < diskWarningBytes) return [warning('disk', path, `filling up: ${free}`, room)];
  if (totalInodes > 0 && freeInodes < inodesWarning)
    return [
      warning('disk', path, `room for only ${freeInodes} more files`, 'Remove files that are not needed.'),
    ];
  return [fine('disk', path, free)];
};

const judgeMemory = ({ memory }: HostFacts): Diagnosis => {
  const used = `${bytes(memory.residentBytes)} used by this process, ${bytes(memory.availableBytes)} of ${bytes(memory.totalBytes)} available`;
  if (memory.availableBytes < memoryWarningBytes)
    return warning(
      'memory',
      'system',
      used,
      'See what else runs here; the system may end programs to get some.',
    );
  if (memory.residentBytes > residentWarningBytes)
    return warning(
      'memory',
      'process',
      used,
      'Restart the daemon, and report this with the number of locks.',
    );
  return fine('memory', 'system', used);
};
