import { holdsFor } from '../../shared/firmware.ts';
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

/** From what a software build id says, as `02.03.03` and `v004.010.052`; undefined for anything else. */
const versionOf = (build: string | undefined): string | undefined =>
  build === undefined ? undefined : /^v?(\d+(?:\.\d+)*)$/.exec(build)?.[1];

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
  const version = versionOf(firmware);
  return table.find(
    (quirk) =>
      id !== undefined && quirk.ids.includes(id) && madeBy(quirk, make) && holdsFor(quirk.firmware, version),
  );
};
