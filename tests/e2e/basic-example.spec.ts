import { patch } from './command';
import { cellPosition } from './map-cell';
import { EMBEDDED, LAYERS } from './models';
import { expect, test } from './patchboard-page';

const BASIC = {
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'],
};

test('one press shows the basic example, with the native command’s numbers', async ({
  patchboard,
}) => {
  await patchboard.openReady();
  await patchboard.run();
  const native = patch(EMBEDDED, BASIC);
  const cells = await patchboard.values();
  expect(cells).toHaveLength(2 * LAYERS * 10);
  for (const { target, layer, position, prob, logit } of cells) {
    const index = BASIC.targets.indexOf(target);
    const where = `${target}, layer ${layer}, position ${position}`;
    const difference = Math.abs(prob - (native.prob[index]?.[layer]?.[position] ?? NaN));
    expect(difference, where).toBeLessThanOrEqual(1e-5);
    const logitDifference = Math.abs(logit - (native.logit[index]?.[layer]?.[position] ?? NaN));
    expect(logitDifference, where).toBeLessThanOrEqual(1e-3);
  }
});

test('the tables show both runs’ most probable tokens', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  const tables = patchboard.page.getByRole('table');
  await expect(tables.nth(0).locator('tbody tr')).toHaveCount(10);
  await expect(tables.nth(0).locator('tbody tr').first()).toContainText('·Jones');
  await expect(tables.nth(1).locator('tbody tr').first()).toContainText('·Smith');
});

test('each preset fills the experiment and runs it', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  await patchboard.chooseMetric('Probability');
  for (const [title, maps] of [
    ['Mathematical comparison', 4],
    ['Comparison, sentences swapped', 4],
    ['Basic example: a surname', 2],
  ] as const) {
    await patchboard.pick(title);
    await patchboard.finish();
    await expect(patchboard.maps).toHaveCount(maps);
  }
});

test('a changed metric needs no new run', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  const status = patchboard.status;
  const before = await status.textContent();
  await expect(
    patchboard.page.getByRole('radio', { name: 'Logit difference of two targets' }),
  ).toBeChecked();
  await expect(patchboard.maps).toHaveCount(1);
  await expect(
    patchboard.page.getByRole('heading', { name: 'Logit of ·Jones − logit of ·Smith: resid_post' }),
  ).toBeVisible();
  for (const metric of ['Probability', 'Log-probability', 'Logit', 'Rank']) {
    await patchboard.chooseMetric(metric);
    await expect(patchboard.maps).toHaveCount(2);
  }
  await patchboard.chooseMetric('Probability', 'minus the clean run');
  await expect(patchboard.maps).toHaveCount(2);
  await patchboard.chooseMetric('KL divergence');
  await expect(patchboard.maps).toHaveCount(1);
  expect(await status.textContent()).toBe(before);
});

test('the heatmap is read with the pointer and with the keyboard', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.run();
  const map = patchboard.page.getByRole('application').first();
  const readout = patchboard.page.locator('figure').first().locator('[aria-live]');
  await map.focus();
  await map.press('ArrowRight');
  await expect(readout).toContainText('Input of layer 0, position 0, Michelle');
  await map.press('ArrowRight');
  await map.press('ArrowDown');
  await expect(readout).toContainText('Layer 0, position 1, ·Jones / ·Smith');
  await map.press('End');
  await expect(readout).toContainText('position 9, ·Michelle');
  const canvas = patchboard.maps.first();
  await canvas.hover({ position: await cellPosition(canvas, 0, 0) });
  await expect(readout).toContainText('Input of layer 0, position 0');
});
