/** Versions of firmware, numbers with dots; absent: no bound on that side. */
export interface FirmwareRange {
  readonly from?: string;
  readonly before?: string;
}

const partsOf = (version: string): number[] => version.split('.').map((part) => Number.parseInt(part, 10));

/** Negative where `a` is older than `b`. */
const compare = (a: string, b: string): number => {
  const [left, right] = [partsOf(a), partsOf(b)];
  for (let i = 0; i < Math.max(left.length, right.length); i += 1) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
};

/** Whether what is true of a range is true of this firmware; of an unknown one only what is true of any. */
export const holdsFor = (range: FirmwareRange | undefined, firmware: string | undefined): boolean => {
  if (range === undefined) return true;
  if (firmware === undefined) return false;
  const { from, before } = range;
  return (
    (from === undefined || compare(firmware, from) >= 0) &&
    (before === undefined || compare(firmware, before) < 0)
  );
};
