import { expect, test } from './patchboard-page';

test('a link reopens the experiment', async ({ patchboard }) => {
  await patchboard.openReady();
  await patchboard.pick('Comparison, sentences swapped');
  await patchboard.finish();
  await patchboard.chooseMetric('Probability', 'minus the clean run');
  await expect.poll(() => patchboard.page.url()).toContain('metric=prob&reference=clean');
  const clean = await patchboard.clean.inputValue();
  const link = patchboard.page.url();
  await patchboard.page.goto('about:blank');
  await patchboard.page.goto(link);
  await patchboard.show('More');
  await expect(patchboard.clean).toHaveValue(clean);
  await patchboard.run();
  await expect(patchboard.maps).toHaveCount(4);
  await expect(patchboard.page.getByLabel('Shown as')).toHaveValue('clean');
});

test('the copied link is the experiment’s', async ({ patchboard, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await patchboard.openReady();
  await patchboard.clean.fill('Anna Jones was here. Anna');
  await patchboard.page.getByRole('button', { name: 'Copy link' }).first().click();
  await expect(patchboard.page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await patchboard.page.evaluate(() => navigator.clipboard.readText());
  expect(new URL(copied).searchParams.get('clean')).toBe('Anna Jones was here. Anna');
});

test('an address that is not understood is reported, and the rest of it is used', async ({
  patchboard,
}) => {
  await patchboard.openReady('?colour=purple&wrong=1&clean=Hello');
  await expect(patchboard.alerts).toContainText('the colouring "purple"');
  await expect(patchboard.alerts).toContainText('"wrong"');
  await expect(patchboard.clean).toHaveValue('Hello');
});

test('a link that names a target twice opens, and says so', async ({ patchboard }) => {
  await patchboard.openReady('?target=%20Jones&target=%20Jones');
  await expect(patchboard.alerts).toContainText('"target= Jones" more than once');
  const targets = patchboard.page.getByRole('group', { name: 'Target tokens' });
  const removes = targets.getByRole('button', { name: /^Remove the target/ });
  await expect(removes).toHaveCount(1);
  await targets.getByLabel('Another target token').fill(' Jones');
  await targets.getByRole('button', { name: 'Add' }).click();
  await expect(patchboard.page.getByText('“·Jones” is a target already')).toBeVisible();
  await expect(removes).toHaveCount(1);
});

test('settings that are left aside are said below the button', async ({ patchboard }) => {
  await patchboard.openReady('?site=z&window=2');
  const line = patchboard.page.getByText('The window of 2 layers is left aside');
  await expect(line).toBeVisible();
  await expect.poll(() => patchboard.page.url()).toContain('window=2');
});
