/** Weights that lie above 2 GiB of the engine's memory, where addresses are negative as 32-bit numbers. */

import { statSync } from 'node:fs';
import { join } from 'node:path';

import { patchExperiment } from '../command';
import { synthesizedModel } from '../models';
import { expect, test } from '../patchboard-page';

const MODEL = 'gpt2-large';
const TWO_GIB = 2 ** 31;

/** Its tokens are single bytes. */
const EXPERIMENT = {
  clean: 'ab',
  corrupted: 'bb',
  targets: ['a', 'z'],
  directions: ['denoising', 'noising'],
  // The last blocks are the ones that lie highest.
  region: { layers: [33, 36], positions: [0, 2] },
};
const QUERY =
  '?clean=ab&corrupted=bb&target=a&target=z&direction=denoising&direction=noising&layers=33-35&positions=0-1';

test('weights above 2 GiB give the native command’s numbers', async ({ patchboard }) => {
  test.setTimeout(900_000);
  const model = synthesizedModel(MODEL);
  expect(statSync(join(model, 'model.safetensors')).size).toBeGreaterThan(1.4 * TWO_GIB);
  await patchboard.openReady(QUERY);
  await patchboard.show('Model');
  await patchboard.modelSelect.selectOption('disk');
  await patchboard.page.getByLabel('Folder').setInputFiles(model);
  await patchboard.page.getByRole('button', { name: /^Load / }).click();
  const inUse = patchboard.page.getByText('In use: a model from this disk');
  await expect(inUse).toBeVisible({ timeout: 300_000 });
  await expect(patchboard.dtypeSelect).toHaveValue('f32');
  await patchboard.runButton.click();
  await patchboard.expectAskedRunDone(300_000);

  const { sweeps } = patchExperiment(model, EXPERIMENT).results;
  const cells = (await patchboard.values()).filter(({ prob }) => !Number.isNaN(prob));
  expect(cells).toHaveLength(2 * 2 * 3 * 2);
  for (const cell of cells) {
    const sweep = sweeps.find(({ direction }) => direction === cell.direction);
    const target = EXPERIMENT.targets.indexOf(cell.target);
    const native = (name: 'logit' | 'log_prob') =>
      sweep?.[name][target]?.[cell.layer]?.[cell.position] ?? NaN;
    expect(Math.abs(cell.logit - native('logit'))).toBeLessThanOrEqual(1e-3);
    expect(Math.abs(cell.logProb - native('log_prob'))).toBeLessThanOrEqual(1e-3);
  }
});
