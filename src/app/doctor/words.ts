/** Sizes and spans of time in words, for messages. */

const units = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `1.5 GB`, in powers of 1000. */
export const bytes = (count: number): string => {
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const shown = value >= 10 || unit === 0 ? String(Math.round(value)) : value.toFixed(1);
  return `${shown} ${units[unit] ?? 'B'}`;
};

/** `40 s`, `12 min`, `5 h`, `3 days`; what a clock set back makes negative is `0 s`. */
export const span = (ms: number): string => {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 100 * 60) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
};

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** `1 code`, `2 codes`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count} ${count === 1 ? one : many}`;
