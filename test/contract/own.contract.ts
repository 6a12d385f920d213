import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BenchKind } from './bench.ts';
import { driverContract } from './contract.ts';

const isBench = (value: unknown): value is BenchKind =>
  typeof value === 'object' && value !== null && 'name' in value && 'open' in value && 'faults' in value;

const named = process.env['CONTRACT_BENCH'];
if (named === undefined)
  throw new Error('CONTRACT_BENCH: found nothing, allowed: the file that exports your `bench`');
const module: unknown = await import(pathToFileURL(resolve(named)).href);
const bench: unknown =
  typeof module === 'object' && module !== null ? Reflect.get(module, 'bench') : undefined;
if (!isBench(bench))
  throw new Error(`${named}: exports no \`bench\` like those in test/contract/benches (docs/drivers.md)`);

driverContract(bench);
