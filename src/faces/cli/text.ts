import { styleText } from 'node:util';

export type Tone = 'good' | 'warn' | 'bad' | 'dim' | 'bold';
export type Paint = (tone: Tone | undefined, text: string) => string;

const styles = { good: 'green', warn: 'yellow', bad: 'red', dim: 'dim', bold: 'bold' } as const;

/** Colours where they are wanted, else the text as it is. */
export const painter =
  (colours: boolean): Paint =>
  (tone, text) =>
    colours && tone !== undefined && text !== ''
      ? styleText(styles[tone], text, { validateStream: false })
      : text;

/** Names come from locks, MQTT and people: control characters and bidi overrides could rewrite the terminal. */
export const clean = (text: string): string => text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, '?');

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });
const wide =
  /\p{Extended_Pictographic}|\p{Regional_Indicator}|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\uff01-\uff60]/u;

/** Columns that a terminal takes for the text. */
export const widthOf = (text: string): number => {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += graphemeWidth(segment);
  return width;
};

const graphemeWidth = (segment: string): number => {
  // ©, ® and ™ count as pictographs, but are narrow.
  if (/^[©®™]$/.test(segment)) return 1;
  return wide.test(segment) ? 2 : 1;
};

/** The text in at most `width` columns, with … where something was cut off. */
export const truncate = (text: string, width: number): string => {
  if (widthOf(text) <= width) return text;
  let kept = '';
  let used = 0;
  for (const { segment } of graphemes.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width - 1) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
};

/** `label  value` lines, values in one column. */
export const facts = (pairs: readonly (readonly [label: string, value: string])[]): string => {
  const width = Math.max(...pairs.map(([label]) => widthOf(label)));
  return pairs.map(([label, value]) => `${label.padEnd(width)}  ${value}\n`).join('');
};

/** The text in lines of at most `width` columns, broken at spaces; a word longer than that is left whole. */
export const wrap = (text: string, width: number): string[] => {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
};
