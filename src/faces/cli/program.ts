import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import { apply, diff } from './commands/apply.ts';
import { arrivals } from './commands/arrivals.ts';
import { certify } from './commands/certify.ts';
import { showClock, trustClock } from './commands/clock.ts';
import { createCode, deleteCode, listCodes, showCode, updateCode } from './commands/codes.ts';
import { doctor, doctorAlone } from './commands/doctor.ts';
import { events } from './commands/events.ts';
import { exportCodes } from './commands/export.ts';
import { history } from './commands/history.ts';
import { createKey, listKeys, revokeKey } from './commands/keys.ts';
import { locks } from './commands/locks.ts';
import { audit, operate } from './commands/operate.ts';
import { pair } from './commands/pair.ts';
import { remove } from './commands/remove.ts';
import { repair } from './commands/repair.ts';
import { replace } from './commands/replace.ts';
import { slots } from './commands/slots.ts';
import { status } from './commands/status.ts';
import { adoptCode, deleteUnmanaged } from './commands/unmanaged.ts';
import type { Context, Outcome } from './context.ts';
import type { CliIo, Failure } from './io.ts';

const optionsSchema = z.object({
  socket: z.string().optional(),
  config: z.string().optional(),
  json: z.boolean().optional(),
  showCodes: z.boolean().optional(),
  name: z.string().optional(),
  code: z.string().optional(),
  wait: z.boolean().optional(),
  follow: z.boolean().optional(),
  after: z.number().optional(),
  limit: z.number().optional(),
  strict: z.boolean().optional(),
  qr: z.string().optional(),
  pin: z.string().optional(),
  resume: z.string().optional(),
  gone: z.boolean().optional(),
  keepCodes: z.boolean().optional(),
  forgetCodes: z.boolean().optional(),
  yes: z.boolean().optional(),
  slot: z.number().optional(),
  restore: z.boolean().optional(),
  quick: z.boolean().optional(),
  replace: z.boolean().optional(),
  starts: z.string().optional(),
  ends: z.string().optional(),
  ongoing: z.boolean().optional(),
  oneTime: z.boolean().optional(),
  allowExternalChanges: z.boolean().optional(),
  length: z.number().optional(),
  also: z.array(z.string()).optional(),
  removals: z.number().optional(),
  hours: z.number().optional(),
  setFloor: z.boolean().optional(),
});
type Options = z.output<typeof optionsSchema>;

export type Globals = Pick<Options, 'socket' | 'config' | 'json' | 'showCodes'>;

export interface Actions {
  /** Runs a command against the daemon. */
  run(
    globals: Globals,
    command: (context: Context) => Promise<Outcome>,
    /** In place of failing where it can't even be told which daemon is meant. */
    instead?: (context: Omit<Context, 'client'>, failure: Failure) => Promise<Outcome>,
  ): Promise<void>;
  /** Runs what is a process of its own. */
  launch(which: 'daemon' | 'demo', globals: Globals): Promise<void>;
}

const examples = `
LOCK is a lock's id, or a beginning of its id or name that only it has; CODE the
same for a code.

Examples:
  lockstep locks
  lockstep slots front
  lockstep codes create front --name Anna --wait
  printf 4711 | lockstep codes create front --name Ben --code -
  lockstep codes list --show-codes
  lockstep apply codes.yaml
  lockstep events --follow

Exit codes: 0 done, 1 the operation failed, 2 wrong usage, 3 no daemon reached.`;

/** All commands, with their help. Usage errors throw commander's `CommanderError` after being told. */
export const buildProgram = (io: CliIo, actions: Actions): Command => {
  const program = new Command('lockstep')
    .description('Holds the access codes that should be on your locks, and keeps the locks in step.')
    .version(io.version)
    .option('--json', "print the answer's body as JSON")
    .option('--socket <path>', "the daemon's socket (else LOCKSTEP_SOCKET, the config, the demo)")
    .option('--config <file>', 'the config file (else LOCKSTEP_CONFIG, /etc/lockstep/lockstep.yaml)')
    .option('--show-codes', 'show PINs instead of hiding them')
    .addHelpText('after', examples)
    .configureHelp({ showGlobalOptions: true, helpWidth: 80 })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .showHelpAfterError('(lockstep --help lists the commands)')
    .exitOverride();
  const on: On = (parent, usage, summary, command) =>
    parent.command(usage).description(summary).action(actionOf(actions, command));

  addLockCommands(program, on);
  addMembershipCommands(program, on);
  addCodeCommands(program, on);
  addUnmanagedCommands(program, on);
  addFileCommands(program, on);
  addRecordCommands(program, on);
  addKeyCommands(program, on);
  addClock(program, on);
  addDoctor(program, actions);
  for (const which of ['daemon', 'demo'] as const) {
    const summary =
      which === 'daemon' ? 'run the bridge, as the config says' : 'run the bridge with simulated locks';
    program
      .command(which)
      .description(summary)
      .action((_options: unknown, self: Command) => actions.launch(which, optionsOf(self)));
  }
  return program;
};

type Handler = (context: Context, options: Options, ...texts: (string | undefined)[]) => Promise<Outcome>;
type On = (parent: Command, usage: string, summary: string, command: Handler) => Command;

const optionsOf = (command: Command): Options => optionsSchema.parse(command.optsWithGlobals());

/** Commander passes a command's arguments, then its options, then itself. */
const actionOf =
  (actions: Actions, command: Handler) =>
  async (...passed: unknown[]): Promise<void> => {
    const self = passed.at(-1);
    if (!(self instanceof Command)) throw new Error('commander has changed what it passes to actions');
    // A last argument that may be repeated comes as a list.
    const texts = passed
      .slice(0, -2)
      .flat()
      .map((text) => (typeof text === 'string' ? text : undefined));
    const options = optionsOf(self);
    await actions.run(options, (context) => command(context, options, ...texts));
  };

const addClock = (program: Command, on: On): void => {
  const clock = on(
    program,
    'clock',
    'whether the bridge knows the time, and how right the locks are',
    (context) => showClock(context),
  );
  on(
    clock,
    'trust',
    "trust the system's clock as it is now, where nothing vouches for it",
    (context, options) => trustClock(context, options),
  ).option(
    '--set-floor',
    'even where it shows a time that is surely over. If the clock is slow, guests whose time is over get in for as long as it is; codes that have ended stay ended',
  );
};

const addDoctor = (program: Command, actions: Actions): void => {
  program
    .command('doctor')
    .description('what is wrong, and what to do about it')
    .option('--strict', 'exit code 1 for warnings too')
    .action(async (_options: unknown, self: Command) => {
      const options = optionsOf(self);
      await actions.run(
        options,
        (context) => doctor(context, options),
        (context, failure) => doctorAlone(context, failure, options.config),
      );
    });
};

const addLockCommands = (program: Command, on: On): void => {
  on(program, 'status', 'how the bridge, its radios and its codes are', (context) => status(context));
  on(program, 'locks', 'the locks', (context) => locks(context));
  on(
    program,
    'slots <lock>',
    "a lock's slots: what is in them, on what evidence",
    (context, _options, lock = '') => slots(context, lock),
  );
  on(
    program,
    'arrivals [lock]',
    "the codes that begin soon, and whether they will open the door (in the lock's zone; exit code 0 also where some are at risk)",
    (context, options, lock) => arrivals(context, lock, options),
  ).option('--hours <hours>', 'so far ahead, up to 168', wholeNumber);
  for (const action of ['lock', 'unlock'] as const) {
    on(program, `${action} <lock>`, `${action} a door now`, (context, _options, lock = '') =>
      operate(context, lock, action),
    );
  }
  on(
    program,
    'audit <lock>',
    'look now whether a lock holds what it should',
    (context, _options, lock = '') => audit(context, lock),
  );
  addRepairCommands(program, on);
};

const addRepairCommands = (program: Command, on: On): void => {
  on(
    program,
    'repair <lock>',
    'try again now what failed, and look at our codes again',
    (context, options, lock = '') => repair(context, lock, options),
  )
    .option('--slot <slot>', 'only this slot', wholeNumber)
    .option('--restore', 'write the codes again to a lock that was reset')
    .option('--wait', 'wait until they stand, with progress');
  on(
    program,
    'certify <lock>',
    'try out on free slots what a lock really does',
    (context, options, lock = '') => certify(context, lock, options),
  )
    .option('--quick', "don't try other code lengths")
    .option('--yes', "don't ask");
};

const addMembershipCommands = (program: Command, on: On): void => {
  on(program, 'pair <radio>', 'take a new lock in: pair zwave, pair zigbee', (context, options, radio = '') =>
    pair(context, radio, options),
  )
    .option('--qr <text>', "Z-Wave: the text of the QR code on the lock's label, or - for standard input")
    .option('--pin <digits>', 'Z-Wave: the first 5 digits of the number on its label; else it is asked for')
    .option('--resume <id>', 'go on with a pairing that runs already');
  const out = 'take a lock, or what a failed pairing left behind (zwave:7), out of the network';
  on(program, 'remove <lock>', out, (context, options, lock = '') => remove(context, lock, options))
    .option('--gone', "strike it off although it doesn't answer any more")
    .option('--keep-codes', 'keep its access codes for another lock')
    .option('--forget-codes', 'give its access codes up (the lock itself goes on holding them)')
    .option('--yes', "don't ask");
  on(
    program,
    'replace <old> <new>',
    "move a lock's access codes to its successor",
    (context, _options, old = '', successor = '') => replace(context, old, successor),
  );
};

const pin =
  'a PIN in an argument can be read by other users of this machine: give it on standard input with -';
const times = 'such as "2026-12-24 15:00" in the lock\'s zone, or with an offset';

const addCodeCommands = (program: Command, on: On): void => {
  const codes = program.command('codes').description('the managed codes: list, show, create, update, delete');
  on(codes, 'list [lock]', 'the codes, of one lock or all', (context, _options, lock) =>
    listCodes(context, lock, 'managed'),
  );
  on(codes, 'show <code>', 'one code, with its errors and what is pending', (context, _options, code = '') =>
    showCode(context, code),
  );
  on(
    codes,
    'create <lock>',
    'make a code; without --code the bridge chooses the PIN',
    (context, options, lock = '') => createCode(context, lock, options),
  )
    .option('--name <name>', 'whose code it is')
    .option('--code <pin>', `the PIN, 4 to 12 digits (${pin})`)
    .option(
      '--length <digits>',
      'so many digits, where the bridge chooses the PIN (if the lock takes that; else its shortest)',
      wholeNumber,
    )
    .option('--starts <time>', `when it begins to open the door, with --ends (${times})`)
    .option('--ends <time>', 'when it ceases to')
    .option('--also <lock>', 'the same PIN on this lock too; may be repeated', collected)
    .option('--one-time', 'remove it after its first use')
    .option('--allow-external-changes', 'leave it as it is when somebody changes it at the lock')
    .option('--wait', 'wait up to 60 s until it stands on the lock');
  on(codes, 'update <code>', "change a code's name, PIN, times or policies", (context, options, code = '') =>
    updateCode(context, code, options),
  )
    .option('--name <name>', 'its new name')
    .option('--code <pin>', `its new PIN (${pin})`)
    .option('--starts <time>', `its new beginning (${times})`)
    .option('--ends <time>', 'its new end; one that is over ends it at once')
    .option('--ongoing', 'take its times away')
    .option('--one-time', 'remove it after its first use')
    .option('--no-one-time', 'let it be used as often as you like')
    .option('--allow-external-changes', 'leave it as it is when somebody changes it at the lock')
    .option('--no-allow-external-changes', 'write it again then')
    .option('--wait', 'wait up to 60 s until it stands on the lock');
  on(codes, 'delete <code>', 'take a code off its lock', (context, options, code = '') =>
    deleteCode(context, code, options),
  ).option('--wait', 'wait up to 60 s until the lock has confirmed it');
};

const addUnmanagedCommands = (program: Command, on: On): void => {
  const unmanaged = program
    .command('unmanaged')
    .description('codes found on locks that Lockstep did not put there: list, adopt, delete');
  on(unmanaged, 'list [lock]', 'the unmanaged codes, of one lock or all', (context, _options, lock) =>
    listCodes(context, lock, 'unmanaged'),
  );
  on(
    unmanaged,
    'adopt <code>',
    'make it a managed code, which stays on the lock as it is',
    (context, options, code = '') => adoptCode(context, code, options),
  )
    .option('--code <pin>', `write this PIN in its place (${pin})`)
    .option('--replace', 'write a PIN in its place that the bridge chooses')
    .option('--wait', 'wait up to 60 s until it stands on the lock');
  on(unmanaged, 'delete <code>', 'take it off its lock', (context, options, code = '') =>
    deleteUnmanaged(context, code, options),
  ).option('--wait', 'wait up to 60 s until the lock has confirmed it');
};

const addFileCommands = (program: Command, on: On): void => {
  on(
    program,
    'apply <file>',
    'make the codes of some locks what a file says, whole or not at all',
    (context, options, file = '') => apply(context, file, options),
  )
    .option('--yes', "don't ask")
    .option(
      '--removals <count>',
      "agree to the removal of so many codes, where most of a lock's would go",
      wholeNumber,
    )
    .option('--no-wait', "don't wait until the locks agree");
  on(
    program,
    'diff <file>',
    'what apply would do; exit code 0: nothing, 1: something, 2: it would fail',
    (context, _options, file = '') => diff(context, file),
  );
  on(
    program,
    'export [locks...]',
    'the codes of these locks, or all, as apply takes them',
    (context, _options, ...locks) =>
      exportCodes(
        context,
        locks.filter((lock) => lock !== undefined),
      ),
  );
};

const addKeyCommands = (program: Command, on: On): void => {
  const keys = program.command('keys').description('API keys for the HTTP API: create, list, revoke');
  on(keys, 'create', 'make a key; it is printed this once', (context, options) =>
    createKey(context, options),
  ).option('--name <name>', 'what it is for');
  on(keys, 'list', 'the keys, by their beginnings', (context) => listKeys(context));
  on(keys, 'revoke <key>', 'refuse a key from now on', (context, _options, key = '') =>
    revokeKey(context, key),
  );
};

const addRecordCommands = (program: Command, on: On): void => {
  on(program, 'events', 'what happened, by number', (context, options) => events(context, options))
    .option('-f, --follow', 'go on as events come, until Ctrl-C')
    .option('--after <seq>', 'only events after this number', wholeNumber)
    .option('--limit <count>', 'at most so many (with --follow: so many of the past)', wholeNumber);
  on(program, 'history <lock-or-code>', 'what was done to a lock or code', (context, options, text = '') =>
    history(context, text, options),
  ).option('--limit <count>', 'at most so many entries', wholeNumber);
};

const collected = (text: string, before: readonly string[] = []): string[] => [...before, text];

const wholeNumber = (text: string): number => {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
};
