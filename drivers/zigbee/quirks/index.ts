import { kwikset } from './kwikset.ts';
import { other } from './other.ts';
import type { Quirk } from './quirk.ts';
import { yaleLocks } from './yale.ts';

/** Every row, in the order in which they are tried. */
export const quirks: readonly Quirk[] = [...yaleLocks, ...kwikset, ...other];

/** How a lock names its make in its Basic cluster: attributes 0x0004, 0x0005 and 0x4000. */
export interface Product {
  readonly manufacturer: string | undefined;
  readonly model: string | undefined;
  /** Software build id. */
  readonly firmware: string | undefined;
}

/** As `02.03.03` and `v004.010.052`. */
const versionPattern = /^v?\d+(\.\d+)*$/;

const partsOf = (version: string): number[] =>
  version
    .replace('v', '')
    .split('.')
    .map((part) => Number.parseInt(part, 10));

/** Negative where `a` is older than `b`. */
const compare = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

const holdsFor = ({ firmware: range }: Quirk, firmware: string | undefined): boolean => {
  if (range === undefined) return true;
  if (firmware === undefined || !versionPattern.test(firmware)) return false;
  const { from, before } = range;
  return (
    (from === undefined || compare(firmware, from) >= 0) &&
    (before === undefined || compare(firmware, before) < 0)
  );
};

const madeBy = ({ manufacturers }: Quirk, manufacturer: string | undefined): boolean =>
  manufacturers === undefined || (manufacturer !== undefined && manufacturers.includes(manufacturer));

/** The row of a lock; undefined where its model is unknown, or its firmware not the one. */
export const quirkOf = (
  { manufacturer, model, firmware }: Product,
  table: readonly Quirk[] = quirks,
): Quirk | undefined => {
  if (model === undefined) return undefined;
  // Some firmware pads its names, with blanks or zero bytes.
  const [make, id] = [manufacturer, model].map((name) => name?.replace(/[\0 ]+$/, ''));
  return table.find(
    (quirk) => id !== undefined && quirk.ids.includes(id) && madeBy(quirk, make) && holdsFor(quirk, firmware),
  );
};
