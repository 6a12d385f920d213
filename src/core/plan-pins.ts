import type { WantedCode } from './model.ts';
import type { PlanInput } from './plan-input.ts';

/**
 * A transient duplicate locks a guest out: the same PIN may not be written while another slot holds or may
 * hold it (FIELD-BUGS 9). Removal there must be proved first.
 */
export const standsElsewhere = (
  { state, wanted }: PlanInput,
  code: WantedCode,
  ownSlot: number | undefined,
): boolean => {
  for (const belief of state.slots.values()) {
    if (belief.slot === ownSlot) continue;
    if (belief.owner === undefined || belief.owner === code.accessCodeId) continue;
    if (belief.state.kind === 'empty' && belief.grade === 'proved') continue;
    if (code.pin.equals(belief.written)) return true;
    // Overwritten there, as far as the lock has said; gone for certain once the new PIN is proved in its place.
    const owner = wanted.find((one) => one.accessCodeId === belief.owner);
    if (code.pin.equals(owner?.previousPin)) return true;
    if (
      belief.state.kind === 'occupied' &&
      belief.state.pin !== 'masked' &&
      belief.state.pin.equals(code.pin)
    )
      return true;
  }
  return false;
};
