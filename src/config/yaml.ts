import { isPair, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { Document, YAMLError } from 'yaml';

export type YamlResult =
  | { readonly kind: 'value'; readonly value: unknown }
  /** One line each, with line and column. They quote no value: it may be a secret. */
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** Most aliases a file may expand to; a config has no use for more. */
const aliasCountMax = 100;

/** YAML 1.2 of one document. Duplicate keys are refused. */
export const parseYaml = (source: string): YamlResult => {
  const lines = new LineCounter();
  const document = parseDocument(source, { lineCounter: lines, uniqueKeys: true });
  const at = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `line ${line}, column ${col}`;
  };
  const problems = document.errors.map((error) => `${at(error.pos[0])}: ${explain(error, source)}`);
  problems.push(...poisonedKeys(document).map((offset) => `${at(offset)}: __proto__ isn't a key`));
  if (problems.length > 0) return { kind: 'problems', problems };
  try {
    return { kind: 'value', value: document.toJS({ maxAliasCount: aliasCountMax }) };
  } catch {
    return {
      kind: 'problems',
      problems: [`an alias (*) without its anchor (&), or more than ${aliasCountMax}`],
    };
  }
};

/** `__proto__` as a key would be skipped in silence further on. */
const poisonedKeys = (document: Document): number[] => {
  const offsets: number[] = [];
  visit(document, {
    Pair: (_index, pair) => {
      if (isPair(pair) && isScalar(pair.key) && pair.key.value === '__proto__') {
        offsets.push(pair.key.range?.[0] ?? 0);
      }
    },
  });
  return offsets;
};

const explain = (error: YAMLError, source: string): string => {
  const known = explanations.get(error.code);
  if (error.code !== 'DUPLICATE_KEY') return known ?? `not valid YAML (${error.code})`;
  const key = /^["']?([\w.-]+(?::[\w.-]+)*)/.exec(source.slice(error.pos[0], error.pos[0] + 80))?.[1];
  return `the key ${key ?? ''} stands twice in the same section; keep one`;
};

const explanations = new Map<string, string>([
  ['TAB_AS_INDENT', 'a tab in the indentation; YAML wants spaces'],
  ['BAD_INDENT', "this line's indentation fits nothing above it"],
  ['MISSING_CHAR', 'a closing quote, bracket or brace, or a comma or colon, is missing'],
  ['MULTILINE_IMPLICIT_KEY', 'a colon is missing after the key, or a quote around a text with ": " in it'],
  ['BLOCK_AS_IMPLICIT_KEY', 'two colons in one line; put the text in quotes'],
  ['UNEXPECTED_TOKEN', 'something that cannot stand here; texts with special characters need quotes'],
  ['BAD_ALIAS', 'an alias (*) without a name; put the text in quotes'],
  ['MULTIPLE_DOCS', 'a second document (---); the config is one'],
]);
