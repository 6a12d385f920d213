import { relative } from 'node:path';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const folders = ['test/e2e', 'drivers', 'test/contract', 'simulators', 'test'];

/**
 * Files that start daemons come first, the quick ones last, so that no worker is left alone with a long one. Vitest by
 * itself goes by size in bytes where it has no times of an earlier run: after `npm ci`, the longest files are its last.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const bySize = await super.sort(files);
    const rank = (file: TestSpecification): number => {
      const path = relative(this.ctx.config.root, file.moduleId);
      const found = folders.findIndex((folder) => path.startsWith(`${folder}/`));
      return found === -1 ? folders.length : found;
    };
    return bySize.toSorted((a, b) => rank(a) - rank(b));
  }
}
