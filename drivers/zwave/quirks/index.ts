import { holdsFor } from '../../shared/firmware.ts';
import { kwikset } from './kwikset.ts';
import { other } from './other.ts';
import type { Quirk } from './quirk.ts';
import { schlage } from './schlage.ts';
import { yale } from './yale.ts';

/** Every row, in the order in which they are tried. */
export const quirks: readonly Quirk[] = [...schlage, ...yale, ...kwikset, ...other];

/** How a lock names its make: Manufacturer Specific CC, and the firmware by Version CC. */
export interface Product {
  /** `manufacturer:product type:product id`, each four hex digits. */
  readonly id: string;
  readonly firmware: string | undefined;
}

const rows = new Map<string, Quirk[]>();
for (const quirk of quirks)
  for (const product of quirk.products) rows.set(product, [...(rows.get(product) ?? []), quirk]);

/** The row of a lock; undefined where its model is unknown, or its firmware not the one. */
export const quirkOf = (
  product: Product | undefined,
  table: ReadonlyMap<string, readonly Quirk[]> = rows,
): Quirk | undefined =>
  product === undefined
    ? undefined
    : table.get(product.id)?.find((quirk) => holdsFor(quirk.firmware, product.firmware));
