/** Locks that have left the network and are kept for the sake of their access codes. */
export const removedLocks = `
ALTER TABLE devices ADD COLUMN removed_at INTEGER;
`;
