import fc from 'fast-check';
import type { Command } from 'commander';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { buildProgram } from '../../src/faces/cli/program.ts';
import { FuzzHouse } from '../support/fuzz-house.ts';
import type { FuzzOutcome, FuzzRequest } from '../support/fuzz-house.ts';
import { hostileValue, paramsFor } from '../support/fuzz-values.ts';
import { CliBench } from '../golden/cli-bench.ts';
import { House } from '../support/house.ts';

// Whatever is sent to whichever face: an answer in Seam's shape, no crash, no 5xx, no PIN in an error, and what was
// refused has changed nothing. More of it: FUZZ_RUNS=200 FUZZ_SEED=$RANDOM npx vitest run test/simulation/fuzz-faces.test.ts
const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
const numRuns = Number(process.env['FUZZ_RUNS'] ?? 4);

const routesOf = async () => {
  await using house = new House(undefined, 1, { simulates: true });
  return house.app.routes;
};
const routes = await routesOf();

const none = fc.constant(undefined);
const id = fc.oneof({ weight: 3, arbitrary: none }, { weight: 1, arbitrary: fc.constantFrom('a', 'b', 'c') });
const wellFormed: fc.Arbitrary<FuzzRequest> = fc
  .record({ n: fc.nat(routes.length - 1), face: fc.constantFrom('mqtt', 'open', 'query', 'local'), id })
  .chain(({ n, face, id: given }): fc.Arbitrary<FuzzRequest> => {
    const route = routes[n]!;
    const { name, methods } = route;
    const idPart = given === undefined ? {} : { id: given };
    return paramsFor(route).map((params): FuzzRequest => {
      if (face !== 'query') return { face, route: name, params, ...idPart };
      const method = methods.find((one) => one === 'DELETE' || one === 'GET');
      return method === undefined
        ? { face: 'open', route: name, params }
        : { face, method, route: name, params };
    });
  });

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.tuple(hostileValue, fc.nat(30)).map(([value, cut]) => {
    const text = JSON.stringify({ device_id: value });
    return text.slice(0, Math.max(0, text.length - cut));
  }),
  fc.constantFrom(
    '{"device_id":"a","device_id":"b"}',
    '{"__proto__":{"x":1}}',
    '[]',
    'null',
    '{',
    '\ufeff{}',
    '{"a":1e999}',
    '{"a":',
    '\u00ff',
  ),
);
const raw: fc.Arbitrary<FuzzRequest> = fc.record({
  face: fc.constant('raw' as const),
  at: fc.constantFrom('mqtt', 'open', 'local'),
  method: fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE'),
  path: fc.oneof(
    fc.constantFrom(...routes.map(({ name }) => name)),
    fc.constantFrom(
      '',
      'health',
      'openapi.json',
      'lockstep',
      'access_codes/create/',
      'access_codes//create',
      'toString',
      '__proto__',
      'access_codes/%63reate',
      '%ff',
      '%00',
      'a?%ff=%',
      'devices/list?device_ids[]=x&device_ids=y&a.b.c=1',
    ),
    fc.string({ maxLength: 10 }).map((text) => encodeURIComponent(text.toWellFormed())),
  ),
  type: fc.constantFrom(
    'application/json',
    'application/json; charset=latin1',
    'text/plain',
    'multipart/form-data',
    ';',
  ),
  text,
  /** A hundred of them may be too many bytes, or too deep. */
  times: fc.constantFrom(1, 1, 1, 1, 5_000),
});

/** Every command of the command line, as its usage has it: words, kinds of arguments, options. */
interface Usage {
  readonly words: readonly string[];
  readonly args: readonly string[];
  readonly options: readonly { readonly flag: string; readonly takesValue: boolean }[];
}
const everywhere = ['--json', '--show-codes'].map((flag) => ({ flag, takesValue: false }));
const usagesOf = (command: Command, words: readonly string[] = []): Usage[] => [
  ...command.commands.flatMap((one) => usagesOf(one, [...words, one.name()])),
  ...(words.length === 0
    ? []
    : [
        {
          words,
          args: command.registeredArguments.map((one) => one.name()),
          options: command.options.map(({ long, required, optional }) => ({
            flag: long ?? '',
            takesValue: required || optional,
          })),
        },
      ]),
];
const nobody = { run: () => Promise.resolve(), launch: () => Promise.resolve() };
const commandLines = async (): Promise<Usage[]> => {
  await using bench = new CliBench();
  return usagesOf(buildProgram(bench.io(), nobody));
};
const usages = await commandLines();

const tokenOf: Readonly<Record<string, string>> = {
  lock: 'lock',
  old: 'lock',
  new: 'lock',
  locks: 'lock',
  also: 'lock',
  code: 'access_code_id',
  key: 'key',
  radio: 'radio',
  'lock-or-code': 'lock',
};
const word = fc.oneof(
  fc.constantFrom(
    '',
    '-',
    '--',
    '-x',
    '--json',
    'front',
    'Front door',
    '0',
    '1',
    '-1',
    '999999',
    '1e9',
    '4711',
    '12345678',
    '2026-11-02 15:00',
    '2026-11-03T15:00:00Z',
    'simulated',
    '\u0000',
    '__proto__',
    '§',
  ),
  fc.string({ unit: 'binary', maxLength: 8 }),
);
const commandLine: fc.Arbitrary<FuzzRequest> = fc
  .nat(usages.length - 1)
  .chain((n) => {
    const { words, args, options } = usages[n]!;
    const argument = (name: string): fc.Arbitrary<string> =>
      fc.oneof(
        { weight: 3, arbitrary: fc.nat(9).map((k) => `§${tokenOf[name] ?? 'code'}${k}`) },
        { weight: 1, arbitrary: word },
      );
    return fc.tuple(
      fc.constant(words),
      fc.tuple(...args.map(argument)),
      fc.subarray([...options, ...everywhere]).map((chosen) => chosen.slice(0, 2)),
      fc.array(word, { minLength: 2, maxLength: 2 }),
      fc.oneof({ weight: 6, arbitrary: none }, { weight: 1, arbitrary: word }),
    );
  })
  .map(([words, args, options, values, more]) => ({
    face: 'cli',
    argv: [
      ...words,
      ...args,
      ...options.flatMap(({ flag, takesValue }, k) => (takesValue ? [flag, values[k] ?? ''] : [flag])),
      ...(more === undefined ? [] : [more]),
    ],
  }));

const request = fc.oneof(
  { weight: 8, arbitrary: wellFormed },
  { weight: 2, arbitrary: raw },
  { weight: 2, arbitrary: commandLine },
);

const refusalSchema = z.strictObject({
  ok: z.literal(false),
  request_id: z.string().optional(),
  error: z.strictObject({
    type: z.string().regex(/^[a-z_]+$/),
    message: z.string().min(1),
    data: z.record(z.string(), z.unknown()).optional(),
    validation_errors: z.looseObject({ _errors: z.array(z.string()) }).optional(),
  }),
});
const answerSchema = z.union([refusalSchema, z.looseObject({ ok: z.literal(true) })]);
/** Nothing is changed by any of them, nor by a 503. */
const refusals = [400, 401, 404, 405, 409, 413, 415, 429, 503];

/** PINs among the parameters that are too long to be in a text by chance. */
const pinsIn = (value: unknown, name = ''): string[] => {
  if (typeof value === 'string') return /(code|pin)$/.test(name) && /^\d{6,}$/.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => pinsIn(one, Array.isArray(value) ? name : key));
};

const judge = (asked: FuzzRequest, { status, body, requestId, exit, text = '' }: FuzzOutcome): void => {
  if (asked.face === 'cli') {
    expect([0, 1, 2, 3], text).toContain(exit);
    expect(text).not.toMatch(/\n {4}at |internal_error|isn't understood/);
    return;
  }
  if (asked.face === 'raw' && asked.path === 'openapi.json') return;
  const answer = answerSchema.parse(body);
  if (status !== undefined) {
    expect(requestId).toMatch(/^[0-9a-f-]{36}$/);
    if (answer.ok) expect(status).toBe(200);
    else expect(refusals, JSON.stringify(body)).toContain(status);
  }
  if (answer.ok) return;
  const { error } = refusalSchema.parse(body);
  expect(error.type).not.toBe('internal_error');
  const told = JSON.stringify([error.message, error.validation_errors]);
  for (const pin of 'params' in asked ? pinsIn(asked.params) : []) expect(told).not.toContain(pin);
};

const changes = (before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] =>
  [...after].flatMap(([table, rows]) => (before.get(table) === rows ? [] : [table]));

test('whatever comes to any face is answered in order, and what is refused has changed nothing', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.array(request, { minLength: 40, maxLength: 60 }),
      async (houseSeed, requests) => {
        await using house = await FuzzHouse.start(houseSeed);
        for (const one of requests) {
          const before = house.world();
          const outcome = await house.send(one);
          judge(one, outcome);
          if (outcome.acted) await house.house.settle();
          else if (!outcome.waited) expect(changes(before, house.world()), JSON.stringify(one)).toEqual([]);
        }
        expect(house.house.logged.filter(({ message }) => /unexpected|never should/.test(message))).toEqual(
          [],
        );
        expect('x' in {}).toBe(false);
      },
    ),
    { numRuns, seed },
  );
}, 600_000);
