import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { engineFile } from './engine-file.ts';

/** Whether the machine has a kubectl of its own, on its PATH. */
export function ownKubectl(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, 'kubectl')).find(isExecutable);
}

/** The folder of the kubectl that tests run: the machine's own, or the one that `npm run engines` built. */
export function kubectlPath(): string {
  return dirname(ownKubectl() ?? engineFile('kubectl/kubectl'));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
