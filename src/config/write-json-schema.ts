// Run after a change of the schema, then format:
//   node src/config/write-json-schema.ts && npx prettier --write config/lockstep.schema.json
import { writeFileSync } from 'node:fs';
import { configJsonSchema } from './json-schema.ts';

const target = new URL('../../config/lockstep.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(configJsonSchema(), null, 2)}\n`);
