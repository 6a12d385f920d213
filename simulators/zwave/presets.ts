import { z } from 'zod';
import { kinds } from './kinds.ts';
import { modelLock, modelLocks, modelNames } from './models.ts';
import { type LockSpec, type lockSpecSchema, lockSpecsSchema } from './spec.ts';

type LockInput = z.input<typeof lockSpecSchema>;

const boltEvents = [1, 2, 3, 4, 5, 6];
const programmingEvents = [12, 13, 14, 15, 16];

const frontDoor: LockInput = {
  node: 2,
  name: 'Front door',
  product_id: 1,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  checksum: true,
  slots: 30,
  code_length: { min: 4, max: 8 },
  events: [...boltEvents, ...programmingEvents],
  codes: { 1: '258013' },
};

/** Masks its codes, answers nothing to a set, and says nothing when somebody programs it at the keypad. */
const garage: LockInput = {
  node: 3,
  name: 'Garage',
  product_id: 2,
  security: 'none',
  supervision: false,
  power: 'mains',
  user_code_version: 1,
  slots: 10,
  code_length: { min: 4, max: 8 },
  events: boltEvents,
  behaviour: { mask: true, report_programming: false },
  codes: { 3: '13579' },
};

/** Now and then says success and stores nothing. */
const backDoor: LockInput = {
  node: 4,
  name: 'Back door',
  product_id: 3,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  slots: 20,
  code_length: { min: 4, max: 10 },
  events: [...boltEvents, ...programmingEvents],
  behaviour: { lie: { one_in: 4 } },
};

/** One code length, "0000" in empty slots: a BE469 in character, not in its ids. */
const cellar: LockInput = {
  node: 5,
  name: 'Cellar',
  product_id: 4,
  security: 's2_authenticated',
  supervision: true,
  power: 'battery',
  user_code_version: 1,
  slots: 20,
  code_length: { min: 4, max: 4 },
  empty_reads: '0000',
  events: [...boltEvents, ...programmingEvents],
  codes: { 2: '0420' },
};

/** Not in the network yet; its pairing mode is on all the time, so that it joins as soon as a stick listens. */
const sideDoor: LockInput = {
  name: 'Side door',
  waiting: true,
  pairing_button: 'held',
  product_id: 5,
  security: 's2_access_control',
  supervision: true,
  power: 'battery',
  user_code_version: 2,
  checksum: true,
  slots: 20,
  code_length: { min: 4, max: 8 },
  events: [...boltEvents, ...programmingEvents],
};

/** A building of equal, well-behaved locks, for measuring. */
const fleet = (count: number): LockInput[] =>
  Array.from({ length: count }, (_, i) => ({
    ...frontDoor,
    node: i + 2,
    name: `Room ${i + 1}`,
    codes: {},
  }));

/** The locks of a preset, or `undefined` if there is none of that name. */
export const preset = (name: string): LockSpec[] | undefined => {
  if (name === 'default') return lockSpecsSchema.parse([frontDoor, garage, backDoor, cellar, sideDoor]);
  if (name === 'waiting') return lockSpecsSchema.parse([frontDoor, { ...sideDoor, pairing_button: 'press' }]);
  if (name === 'one') return lockSpecsSchema.parse([frontDoor]);
  if (name === 'kinds') return lockSpecsSchema.parse(kinds);
  if (name === 'models') return lockSpecsSchema.parse(modelLocks);
  const model = name.startsWith('model-') ? modelLock(name.slice('model-'.length)) : undefined;
  if (model !== undefined) return lockSpecsSchema.parse([model]);
  const count = /^fleet-(\d{1,3})$/.exec(name)?.[1];
  if (count === undefined || Number(count) < 1 || Number(count) > 231) return undefined;
  return lockSpecsSchema.parse(fleet(Number(count)));
};

/** For messages: what `--locks` takes besides a file. */
export const presetNames = 'default, one, waiting, kinds, models, model-NAME, fleet-N (N = 1 to 231)';

const basedSchema = z.looseObject({ model: z.string() });

/** The locks of a file. One with a `model` is that model of preset `models`, but for what else the file says of it. */
export const lockFileSchema = z.preprocess((raw, context) => {
  if (!Array.isArray(raw)) return raw;
  return raw.map((lock: unknown, i) => {
    const based = basedSchema.safeParse(lock);
    if (!based.success) return lock;
    const { model, ...own } = based.data;
    if (!modelNames.includes(model))
      context.addIssue({
        code: 'custom',
        path: [i, 'model'],
        message: `found "${model}"; allowed is one of ${modelNames.join(', ')}`,
      });
    return { ...modelLock(model), ...own };
  });
}, lockSpecsSchema);
