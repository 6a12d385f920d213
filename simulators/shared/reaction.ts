/** Whether the lock did what the person wanted. */
export type Reaction =
  { readonly accepted: true; readonly slot?: number } | { readonly accepted: false; readonly reason: string };
