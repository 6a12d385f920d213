/** Locks that have left the network and are kept for the sake of their access codes; since when a lock is silent. */
export const removedLocks = `
ALTER TABLE devices ADD COLUMN removed_at INTEGER;
ALTER TABLE devices ADD COLUMN offline_since INTEGER;
`;
