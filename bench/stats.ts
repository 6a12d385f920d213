/** What was measured, in the order it was measured. */
export type Samples = readonly number[];

const at = (sorted: Samples, index: number): number => sorted[index] ?? Number.NaN;

/** The middle value; the mean of the middle two where their number is even. NaN for none. */
export const median = (samples: Samples): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? at(sorted, half) : (at(sorted, half - 1) + at(sorted, half)) / 2;
};

/** As many digits as the size of the number deserves. */
export const short = (value: number): string => {
  const size = Math.abs(value);
  return value.toFixed(size < 10 ? 2 : size < 100 ? 1 : 0);
};

/** `median (min–max) n=…`, or what stands for no measurement. */
export const summary = (samples: Samples): string => {
  if (samples.length === 0) return '-';
  if (samples.length === 1) return `${short(median(samples))} n=1`;
  const [least, most] = [Math.min(...samples), Math.max(...samples)];
  return `${short(median(samples))} (${short(least)}–${short(most)}) n=${samples.length}`;
};

/** Slope of the least-squares line through the points: units of y for each unit of x. NaN below two points. */
export const slope = (points: readonly (readonly [x: number, y: number])[]): number => {
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  const covariance = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return covariance / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
};

/** Of the medians, as text: `× 1.08`. */
export const ratio = (ours: Samples, bare: Samples): string => `× ${short(median(ours) / median(bare))}`;

/** The value that this share of the samples doesn't exceed (nearest rank). NaN for none. */
export const percentile = (samples: Samples, share: number): number => {
  const sorted = [...samples].sort((a, b) => a - b);
  return at(sorted, Math.max(0, Math.ceil(share * sorted.length) - 1));
};

/** `p50 / p95`, or what stands for no measurement. */
export const spread = (samples: Samples): string =>
  samples.length === 0 ? '-' : `${short(median(samples))} / ${short(percentile(samples, 0.95))}`;
