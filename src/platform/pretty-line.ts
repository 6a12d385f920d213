/**
 * One JSON record of the log as one line for people: local time, level, message, fields as `key=value`. A line
 * that isn't such a record passes unchanged. Control characters are escaped: a lock's name can't forge a line.
 */
export const prettyLine = (line: string): string => {
  const record = parse(line);
  const level = record?.get('level');
  const time = record?.get('time');
  if (record === undefined || typeof level !== 'string' || typeof time !== 'string') return line;
  const message = record.get('msg');
  const parts = [localTime(time), level.toUpperCase().padEnd(5)];
  if (typeof message === 'string') parts.push(escapeControls(message));
  for (const [key, value] of record) {
    if (!['level', 'time', 'msg'].includes(key)) parts.push(`${escapeControls(key)}=${show(value)}`);
  }
  return `${parts.join(' ')}\n`;
};

const parse = (line: string): Map<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
};

const localTime = (iso: string): string => new Date(iso).toLocaleTimeString('en-GB', { hour12: false });

const show = (value: unknown): string => {
  const bare = typeof value === 'string' && /^[^\s"=\p{Cc}]+$/u.test(value);
  return escapeControls(bare ? value : JSON.stringify(value));
};

const escapeControls = (text: string): string =>
  text.replace(/\p{Cc}/gu, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
