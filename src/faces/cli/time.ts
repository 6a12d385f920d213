/** How long ago, for people: `3 min ago`. What a skewed clock puts into the future is `just now`. */
export const age = (iso: string | null, nowMs: number): string => {
  const at = iso === null ? NaN : Date.parse(iso);
  if (Number.isNaN(at)) return 'never';
  const seconds = Math.floor((nowMs - at) / 1000);
  if (seconds < 5) return 'just now';
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86_400)} d ago`;
};

/** `2026-11-22 04:52:55` in the zone (undefined: the system's); what isn't a time is shown as it is. */
export const localTime = (iso: string, timeZone: string | undefined): string => {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return iso;
  // Swedish writes dates this way.
  const options = { dateStyle: 'short', timeStyle: 'medium', hourCycle: 'h23' } as const;
  return new Intl.DateTimeFormat('sv-SE', timeZone === undefined ? options : { ...options, timeZone }).format(
    at,
  );
};

/** How long until then, for people: `in 40 s`. What has come is `now`. */
export const ahead = (iso: string, nowMs: number): string => {
  const seconds = Math.ceil((Date.parse(iso) - nowMs) / 1000);
  if (Number.isNaN(seconds) || seconds <= 0) return 'now';
  if (seconds < 60) return `in ${seconds} s`;
  if (seconds < 3600) return `in ${Math.round(seconds / 60)} min`;
  return `in ${Math.round(seconds / 3600)} h`;
};

/** The same to the minute: `2026-11-22 04:52`; seconds only where there are any. */
export const localMinute = (iso: string, timeZone: string | undefined): string =>
  localTime(iso, timeZone).replace(/:00$/, '');
