const slug = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '') || 'lock';

/** One id for each lock: its name in small letters, with a number where two would have the same. */
export const unitIds = (specs: readonly { readonly name: string }[]): string[] => {
  const taken = new Set<string>();
  return specs.map(({ name }) => {
    const plain = slug(name);
    let id = plain;
    // Another may be called so by itself: "Door", "Door" and "Door 2".
    for (let count = 2; taken.has(id); count += 1) id = `${plain}-${count}`;
    taken.add(id);
    return id;
  });
};
