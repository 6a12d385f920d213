import { open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/**
 * zwave-js passes over whatever it can't read of its cache, and believes the rest: a node of which "interview
 * complete" is left but not its command classes is no lock any more, for ever; one whose security classes are gone
 * is spoken to in clear. So a cache of which anything is missing or unreadable isn't used at all: what it says of
 * nodes is thrown away, and they are interviewed again, which touches no code (`session.ts`).
 */

const entrySchema = z.object({ k: z.string() });
/** Beside `<home id>.jsonl`, which has the nodes: their values, and what values there are. */
const describing = ['.values.jsonl', '.metadata.jsonl'] as const;
/** What isn't about a node: the cache's version, and the locks that may still join by SmartStart. */
const isKept = (key: string): boolean => !key.startsWith('node.');

interface Content {
  readonly whole: boolean;
  /** Some node has been interviewed; the controller itself never is. */
  readonly aboutNodes: boolean;
  /** The lines that may stay. */
  readonly kept: readonly string[];
}

const keyOf = (line: string): string | undefined => {
  try {
    return entrySchema.safeParse(JSON.parse(line)).data?.k;
  } catch {
    return undefined;
  }
};

const contentOf = async (file: string): Promise<Content> => {
  await using handle = await open(file);
  const kept: string[] = [];
  let [whole, aboutNodes] = [true, false];
  for await (const line of handle.readLines({ encoding: 'utf8' })) {
    if (line === '') continue;
    const key = keyOf(line);
    if (key === undefined) whole = false;
    else if (isKept(key)) kept.push(line);
    else aboutNodes ||= key.includes('.commandClass.');
  }
  return { whole, aboutNodes, kept };
};

const isThere = async (file: string): Promise<boolean> => {
  try {
    return (await stat(file)).size > 0;
  } catch {
    return false;
  }
};

/** The file, or the copies that zwave-js makes while it compacts it and restores by itself. */
const isPresent = async (file: string): Promise<boolean> => {
  for (const suffix of ['', '.bak', '.dump']) if (await isThere(file + suffix)) return true;
  return false;
};

const areWhole = async (cacheDir: string, home: string): Promise<boolean> => {
  for (const part of describing) {
    const file = join(cacheDir, home + part);
    if (!(await isPresent(file))) return false;
    if ((await isThere(file)) && !(await contentOf(file)).whole) return false;
  }
  return true;
};

const mend = async (cacheDir: string, names: readonly string[], home: string): Promise<boolean> => {
  const network = join(cacheDir, `${home}.jsonl`);
  const { whole, aboutNodes, kept } = await contentOf(network);
  // Where nothing is known of any node, zwave-js interviews them all by itself.
  if (whole && (!aboutNodes || (await areWhole(cacheDir, home)))) return false;
  // First of all the nodes: what is left of the other two is nobody's then, should this be cut off here.
  await writeFile(`${network}.new`, kept.map((line) => `${line}\n`).join(''), { mode: 0o600, flush: true });
  await rename(`${network}.new`, network);
  for (const name of names)
    if (name.startsWith(`${home}.`) && name !== `${home}.jsonl`)
      await rm(join(cacheDir, name), { force: true });
  return true;
};

/** To be called while no Driver runs. True where a cache was damaged, and every node will be interviewed again. */
export const mendCaches = async (cacheDir: string): Promise<boolean> => {
  const names = await readdir(cacheDir);
  let mended = false;
  for (const name of names) {
    const home = /^([0-9a-f]{8})\.jsonl$/.exec(name)?.[1];
    if (home !== undefined && (await mend(cacheDir, names, home))) mended = true;
  }
  return mended;
};
