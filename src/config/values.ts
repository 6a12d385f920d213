/** The small notations of the config file, each with its parser. Parsers return undefined for what they don't know. */

export interface HostPort {
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const durationPattern = /^\d{1,9}(ms|s|m|h|d)$/;

/** `500ms`, `30s`, `10m`, `72h` or `30d` in milliseconds. */
export const parseDuration = (text: string): number | undefined => {
  const match = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (match === null) return undefined;
  const unit = Object.entries(unitMs).find(([name]) => name === match[2]);
  return unit === undefined ? undefined : Number(match[1]) * unit[1];
};

export const hostPortPattern = /^(\[[0-9A-Fa-f:.]+(%\w+)?\]|[^\s:[\]/@]+):\d{1,5}$/;

/** `host:port`, an IPv6 address in brackets. The host comes without them, as Node's `listen` wants it. */
export const parseHostPort = (text: string): HostPort | undefined => {
  if (!hostPortPattern.test(text)) return undefined;
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const host = text.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return port <= 65_535 ? { host, port } : undefined;
};

export interface SlotRange {
  readonly first: number;
  readonly last: number;
}

export const slotRangePattern = /^\d{1,5}(-\d{1,5})?$/;

/** `1-20`, or `7` for one slot. On-the-air numbers. */
export const parseSlotRange = (text: string): SlotRange | undefined => {
  if (!slotRangePattern.test(text)) return undefined;
  const [from = '', to = from] = text.split('-');
  const range = { first: Number(from), last: Number(to) };
  return range.first <= range.last ? range : undefined;
};

/** True for a time zone that this machine's tables know by its IANA name; offsets such as `+02:00` aren't zones. */
export const isTimeZone = (text: string): boolean => {
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

/** The spelling among `known` that someone probably meant, or undefined when none is near. */
export const nearest = (text: string, known: readonly string[]): string | undefined => {
  const limit = Math.max(1, Math.floor(text.length / 3));
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(text.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= limit ? best.candidate : undefined;
};

/** Damerau-Levenshtein (adjacent transposition counts as one edit), on texts cut at 64 characters. */
const editDistance = (from: string, to: string): number => {
  const a = from.slice(0, 64);
  const b = to.slice(0, 64);
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const added = (current[column - 1] ?? 0) + 1;
      const swapped =
        a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1] && row > 1 && column > 1
          ? (beforePrevious[column - 2] ?? 0) + 1
          : Infinity;
      current.push(Math.min(replaced, removed, added, swapped));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[b.length] ?? Infinity;
};
