/** What has changed, for faces that show it elsewhere. Level, not edge: look at the store, publish what it says. */
export type Change =
  | { readonly kind: 'device'; readonly id: string }
  | { readonly kind: 'slots'; readonly id: string }
  | { readonly kind: 'access_code'; readonly id: string }
  | { readonly kind: 'unmanaged_access_code'; readonly id: string }
  | { readonly kind: 'bridge' }
  | { readonly kind: 'events' }
  | { readonly kind: 'webhooks' };

/** Who changes something says so here; who shows it elsewhere listens. In-process, synchronous, holds nothing. */
export interface Changes {
  emit(change: Change): void;
  on(listener: (change: Change) => void): () => void;
}

export const createChanges = (): Changes => {
  const listeners = new Set<(change: Change) => void>();
  return {
    emit(change): void {
      for (const listener of listeners) listener(change);
    },
    on(listener): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
