const portMost = 65_535;

/** A serial device, or `tcp://host:port`: where a stick's serial line is. */
export const isLinePath = (text: string): boolean => {
  const port = Number(/^tcp:\/\/[^/:]+:(\d{1,5})$/.exec(text)?.[1] ?? 0);
  return /^\/.+/.test(text) || (port > 0 && port <= portMost);
};
