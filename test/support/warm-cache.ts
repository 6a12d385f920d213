import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Vitest's global setup. Tests start some hundred processes that load the same few hundred modules, and most of
 * them are killed before they could keep what Node made of those. Two that end by themselves do it for all
 * (`NODE_COMPILE_CACHE`, set in vitest.config.ts): a start takes a third less of the processor then.
 */
export default (): void => {
  const root = join(import.meta.dirname, '../..');
  const modules = ['src/daemon.ts'];
  for (const radio of ['zwave', 'zigbee'])
    modules.push(
      `drivers/${radio}/index.ts`,
      `drivers/${radio}/lock-driver.ts`,
      `simulators/${radio}/network.ts`,
    );
  const load = modules.map(
    (file) => `await import(${JSON.stringify(pathToFileURL(join(root, file)).href)});`,
  );
  for (const args of [
    ['--input-type=module', '-e', `${load.join('\n')}\nprocess.exit(0);`],
    [join(root, 'src/cli.ts'), '--version'],
  ]) {
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 120_000 });
    if (status !== 0) throw new Error(`the modules of the tests' processes don't load: ${stderr}`);
  }
};
