import { findLock, print, printJson } from '../context.ts';
import type { Context, Outcome } from '../context.ts';
import { slotsSchema } from '../shapes.ts';
import type { Slot } from '../shapes.ts';
import { hang, slotNotes, windowOf } from './slot-notes.ts';
import { renderTable } from '../table.ts';
import type { Column } from '../table.ts';
import { age } from '../time.ts';

/** Consecutive slots that say the same, in one row. */
interface Run {
  readonly first: number;
  readonly last: number;
  /** The one with the oldest evidence. */
  readonly slot: Slot;
}

const isPlain = (slot: Slot): boolean =>
  slot.owner === null && !slot.pending && !slot.drift && (slot.state === 'empty' || slot.state === 'unknown');

const timeOf = (slot: Slot): number => (slot.evidence.at === null ? 0 : Date.parse(slot.evidence.at));

/** Joins neighbouring empty or unknown slots that nobody owns: a lock may have 250 of them. */
export const joinRuns = (slots: readonly Slot[]): Run[] => {
  const runs: Run[] = [];
  for (const slot of slots) {
    const run = runs.at(-1);
    const alike =
      run?.slot.state === slot.state &&
      run.slot.evidence.grade === slot.evidence.grade &&
      run.slot.usable === slot.usable;
    if (run !== undefined && alike && run.last + 1 === slot.slot && isPlain(run.slot) && isPlain(slot)) {
      const older = timeOf(slot) < timeOf(run.slot) ? slot : run.slot;
      runs[runs.length - 1] = { first: run.first, last: slot.slot, slot: older };
    } else runs.push({ first: slot.slot, last: slot.slot, slot });
  }
  return runs;
};

const stateOf = ({ slot }: Run): string => {
  if (slot.state !== 'occupied') return slot.state;
  if (slot.enabled === false) return 'disabled';
  return slot.masked ? 'masked' : 'occupied';
};

/** A window itself is too long for the table, and is told below. */
const scheduleOf = ({ slot }: Run): string => {
  if (windowOf(slot) !== undefined) return 'window';
  return slot.schedule ?? (slot.owner === 'lockstep' ? 'none' : '');
};

const columns = (nowMs: number): Column<Run>[] => [
  {
    header: 'SLOT',
    value: ({ first, last }) => (first === last ? String(first) : `${first}-${last}`),
    align: 'right',
  },
  { header: 'STATE', value: stateOf, tone: ({ slot }) => (slot.state === 'empty' ? 'dim' : undefined) },
  { header: 'CODE', value: ({ slot }) => slot.name ?? slot.access_code_id?.slice(0, 8) ?? '', min: 6 },
  { header: 'OWNER', value: ({ slot }) => slot.owner ?? (slot.usable ? '' : 'barred') },
  { header: 'SCHED', value: scheduleOf },
  {
    header: 'EVIDENCE',
    value: ({ slot }) =>
      slot.evidence.at === null ? 'none' : `${slot.evidence.grade} ${age(slot.evidence.at, nowMs)}`,
    min: 12,
    givesWayLast: true,
    tone: ({ slot }) => (slot.evidence.grade === 'proved' ? undefined : 'warn'),
  },
  { header: 'PENDING', value: ({ slot }) => slot.pending ?? '', tone: () => 'warn' },
  { header: 'DRIFT', value: ({ slot }) => slot.drift ?? '', tone: () => 'bad' },
];

/** `lockstep slots LOCK`. */
export const slots = async (context: Context, lockText: string): Promise<Outcome> => {
  const lock = await findLock(context, lockText);
  if (!lock.ok) return lock.failure;
  const answer = await context.client.call(
    'lockstep/slots',
    { device_id: lock.value.device_id },
    slotsSchema,
  );
  if (!answer.ok) return answer.failure;
  if (context.json) {
    printJson(context, answer.value.raw);
    return undefined;
  }
  const map = answer.value.data;
  const runs = joinRuns(map.slots);
  if (runs.length === 0) print(context, 'The lock has not yet told what slots it has.');
  else print(context, renderTable(columns(context.client.now()), runs, context));
  const notes = slotNotes(map, context.client.now()).flatMap((note) => hang(note, context.width));
  if (notes.length > 0) print(context, `\n${notes.join('\n')}`);
  return undefined;
};
