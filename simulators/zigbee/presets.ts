import { z } from 'zod';
import { kinds } from './kinds.ts';
import { modelLock, modelLocks, modelNames } from './models.ts';
import { type LockInput, type LockSpec, lockSpecsSchema } from './spec.ts';

/** Not their makers' name: these are locks in character, without the corrections that a real maker's model gets. */
const manufacturer = 'Lockstep';

/** A Yale: many slots, a master code in slot 0, sleeps and is polled, withholds PINs until it is told to send them. */
const attic: LockInput = {
  name: 'Attic',
  manufacturer,
  model: 'YRD226 TSDB',
  manufacturer_code: 0x101d,
  poll_control: true,
  slots: 250,
  master_slot: 0,
  code_length: { min: 4, max: 8 },
  pin_over_air: false,
  event_masks: 0xffff,
  clock: {},
  codes: { 1: '147036' },
};

/** Shows asterisks for its codes. A model that nobody knows: all those that others know have batteries. */
const studio: LockInput = {
  name: 'Studio',
  manufacturer,
  model: 'Mains 20',
  manufacturer_code: 0x115c,
  power: 'mains',
  slots: 20,
  code_length: { min: 4, max: 10 },
  behaviour: { mask: 'stars' },
  codes: { 3: '13579' },
};

/** A Kwikset: its lock is on endpoint 2, and it has no event masks. */
const gate: LockInput = {
  name: 'Gate',
  manufacturer,
  model: 'SMARTCODE_DEADBOLT_5',
  manufacturer_code: 4242,
  endpoint: 2,
  poll_control: true,
  slots: 30,
  code_length: { min: 4, max: 8 },
  event_masks: 'none',
  codes: { 2: '36925' },
};

/** One year-day schedule for each user. */
const flat: LockInput = {
  name: 'Flat',
  manufacturer,
  model: 'YRD256 TSDB',
  manufacturer_code: 0x101d,
  slots: 30,
  code_length: { min: 4, max: 8 },
  schedules: {},
  clock: { asks: 'local_time', server: true, ppm: 20 },
  codes: { 1: '246810' },
};

/** Answers no question about its codes, and tells of what is done at its keypad. */
const shed: LockInput = {
  name: 'Shed',
  manufacturer,
  model: 'BE468',
  manufacturer_code: 0x1236,
  slots: 30,
  code_length: { min: 4, max: 8 },
  behaviour: { unreadable: 'all' },
  codes: { 2: '8642' },
};

/** Not in the network yet; its pairing mode is on all the time, so that it joins as soon as a network is open. */
const terrace: LockInput = {
  name: 'Terrace',
  waiting: true,
  pairing_button: 'held',
  manufacturer,
  model: 'V3-BTZB',
  manufacturer_code: 0x115c,
  slots: 20,
  code_length: { min: 4, max: 8 },
};

/** A building of equal, well-behaved locks, for measuring. */
const fleet = (count: number): LockInput[] =>
  Array.from({ length: count }, (_, i) => ({
    ...attic,
    pin_over_air: true,
    name: `Room ${i + 1}`,
    codes: {},
  }));

/** The locks of a preset, or `undefined` if there is none of that name. */
export const preset = (name: string): LockSpec[] | undefined => {
  if (name === 'default') return lockSpecsSchema.parse([attic, studio, gate, flat, shed, terrace]);
  if (name === 'waiting') return lockSpecsSchema.parse([attic, { ...terrace, pairing_button: 'press' }]);
  if (name === 'one') return lockSpecsSchema.parse([attic]);
  if (name === 'kinds') return lockSpecsSchema.parse(kinds);
  if (name === 'models') return lockSpecsSchema.parse(modelLocks);
  const model = name.startsWith('model-') ? modelLock(name.slice('model-'.length)) : undefined;
  if (model !== undefined) return lockSpecsSchema.parse([model]);
  const count = /^fleet-(\d{1,3})$/.exec(name)?.[1];
  if (count === undefined || Number(count) < 1 || Number(count) > 250) return undefined;
  return lockSpecsSchema.parse(fleet(Number(count)));
};

/** For messages: what `--locks` takes besides a file. */
export const presetNames = 'default, one, waiting, kinds, models, model-NAME, fleet-N (N = 1 to 250)';

const basedSchema = z.looseObject({ model_of: z.string() });

/** The locks of a file. One with a `model_of` is that model of preset `models`, but for what else the file says. */
export const lockFileSchema = z.preprocess((raw, context) => {
  if (!Array.isArray(raw)) return raw;
  return raw.map((lock: unknown, i) => {
    const based = basedSchema.safeParse(lock);
    if (!based.success) return lock;
    const { model_of, ...own } = based.data;
    if (!modelNames.includes(model_of))
      context.addIssue({
        code: 'custom',
        path: [i, 'model_of'],
        message: `found "${model_of}"; allowed is one of ${modelNames.join(', ')}`,
      });
    return { ...modelLock(model_of), ...own };
  });
}, lockSpecsSchema);
