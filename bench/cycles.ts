import { Bridge } from './bridge.ts';
import type { Household, Memory } from './bridge.ts';
import { nextPin } from './latency.ts';
import { addressOf, checksumNodes } from './network.ts';
import type { Network } from './network.ts';
import { clockMs, rest, say } from './progress.ts';
import type { Scale } from './scale.ts';
import { short, slope } from './stats.ts';
import type { Section } from './table.ts';
import type { Workplace } from './workplace.ts';

/** Codes on their way at a time. */
const together = 10;
const settleMs = 5_000;
/** Below this the heap is still finding its size, and a slope says nothing of a leak. */
const judgedFrom = 10_000;

const cycle = async (bridge: Bridge, node: number): Promise<void> => {
  const codes = await Promise.all(
    Array.from({ length: together }, () => bridge.create(addressOf(node), nextPin()).id),
  );
  await Promise.all(codes.map((code) => bridge.told('access_code.set_on_device', code)));
  await Promise.all(codes.map((code) => bridge.delete(code)));
  await Promise.all(codes.map((code) => bridge.told('access_code.deleted', code)));
};

/** Resident memory and heap over many set/clear cycles, each commanded over MQTT and told of by its events. */
export const measureCycles = async (
  place: Workplace,
  network: Network,
  household: Household,
  scale: Scale,
): Promise<Section> => {
  const bridge = await Bridge.start(place, household, true);
  await bridge.ready(network.nodes.length);
  await bridge.adopted(network.nodes.length);
  await rest(settleMs);
  const resident: [cycles: number, mb: number][] = [[0, bridge.residentMb]];
  const memory: Memory[] = [await bridge.memory()];
  const beganMs = clockMs();
  for (let done = together; done <= scale.cycles; done += together) {
    await cycle(bridge, checksumNodes[0]);
    if (done % scale.cyclesEach === 0) {
      resident.push([done, bridge.residentMb]);
      say(`${done} cycles of ${scale.cycles}, ${short(bridge.residentMb)} MB resident`);
    }
    if (done === scale.cycles / 2) memory.push(await bridge.memory());
  }
  const seconds = (clockMs() - beganMs) / 1_000;
  await rest(settleMs);
  memory.push(await bridge.memory());
  await bridge.stop();
  const perThousand = (points: readonly (readonly [number, number])[]): number => slope(points) * 1_000;
  const secondHalf = perThousand(resident.filter(([cycles]) => cycles > scale.cycles / 2));
  const inTurn = (part: (one: Memory) => number): string => memory.map((one) => short(part(one))).join('  ');
  const [, halfway, last] = memory;
  const growthMb = (last?.heapLiveMb ?? Number.NaN) - (halfway?.heapLiveMb ?? Number.NaN);
  const heapGrowth = (growthMb / (scale.cycles / 2)) * 1_000;
  const [start, half, end] = [0, 0.5, 1].map((part) =>
    short(resident.find(([cycles]) => cycles >= part * scale.cycles)?.[1] ?? Number.NaN),
  );
  return {
    title: `Memory over ${scale.cycles} set/clear cycles in ${short(seconds)} s, ${together} at a time, MB`,
    rows: [
      {
        what: 'resident at start, half, end',
        lockstep: [start, half, end].join('  '),
        detail: resident,
      },
      {
        what: 'resident / 1,000 cycles, 2nd half',
        lockstep: short(secondHalf),
        verdict: scale.cycles < judgedFrom ? 'too few cycles' : `< 1: ${secondHalf < 1 ? 'met' : 'MISSED'}`,
      },
      {
        what: 'heap live (after a collection)',
        lockstep: inTurn((one) => one.heapLiveMb),
      },
      { what: 'heap taken', lockstep: inTurn((one) => one.heapTotalMb) },
      { what: 'outside of the heap', lockstep: inTurn((one) => one.externalMb) },
      { what: 'heap live / 1,000 cycles, 2nd half', lockstep: short(heapGrowth) },
    ],
  };
};
