import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node, Scalar, YAMLMap } from 'yaml';

/** Counted from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly place: Place;
  readonly message: string;
}

/** A mapping's entry. */
export interface Entry {
  readonly key: string;
  readonly place: Place;
  readonly value: Node | undefined;
}

/** A YAML file with the place of everything in it. Nothing that it complains of quotes a PIN. */
export class CodeDocument {
  readonly problems: Problem[] = [];
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(text: string) {
    this.#document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      lineCounter: this.#lines,
      // Its long messages quote the line.
      prettyErrors: false,
      stringKeys: false,
    });
    for (const { pos, message } of [...this.#document.errors, ...this.#document.warnings])
      this.problems.push({ place: this.#at(pos[0]), message: message.replace(/\d{4,}/g, '[digits]') });
  }

  get contents(): Node | undefined {
    return this.#document.contents ?? undefined;
  }

  placeOf(node: Node | undefined): Place {
    return this.#at(node?.range?.[0] ?? 0);
  }

  /** Notes a problem, in place of a value. */
  say(place: Place, message: string): null {
    this.problems.push({ place, message });
    return null;
  }

  /** The entries of a mapping, or null after saying that it is none. */
  entries(node: Node | undefined, where: Place, what: string): Entry[] | null {
    const map = this.#resolved(node);
    if (!isMap(map)) return this.say(where, `${what}, but here is ${kindOf(map)}`);
    return this.#pairs(map);
  }

  /** The items of a list, or null after saying that it is none. */
  items(node: Node | undefined, where: Place, what: string): (readonly [Node | undefined, Place])[] | null {
    const list = this.#resolved(node);
    if (!isSeq<Node>(list)) return this.say(where, `${what}, but here is ${kindOf(list)}`);
    return list.items.map((item) => [this.#resolved(item), this.placeOf(item)]);
  }

  /** A single value, or null after saying that it is none. */
  scalar(node: Node | undefined, where: Place, what: string): Scalar | null {
    const value = this.#resolved(node);
    if (!isScalar(value)) return this.say(where, `${what}, but here is ${kindOf(value)}`);
    return value;
  }

  #pairs(map: YAMLMap): Entry[] {
    return map.items.map(({ key, value }) => {
      const node = isNode(key) ? key : undefined;
      const place = this.placeOf(node);
      return { key: keyText(node), place, value: isNode(value) ? value : undefined };
    });
  }

  #resolved(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

const isNode = (value: unknown): value is Node =>
  isAlias(value) || isMap(value) || isScalar(value) || isSeq(value);

/** As it was written: a lock's id may look like a number. */
const keyText = (node: Node | undefined): string =>
  isScalar(node) ? (node.source ?? String(node.value)) : '';

/** What was found, never with its value: that may be a PIN. */
export const kindOf = (node: Node | undefined): string => {
  if (isMap(node)) return 'a mapping';
  if (isSeq(node)) return 'a list';
  if (!isScalar(node) || node.value === null) return 'nothing';
  return typeof node.value === 'string' ? 'text' : `a ${typeof node.value}`;
};
