import { test } from './patchboard-page';

const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    test.describe(() => {
      test.use({ colorScheme, viewport });
      for (const preset of ['Basic example: a surname', 'Mathematical comparison']) {
        test(`screenshot: ${preset}, ${colorScheme}, ${size}`, async ({ patchboard }, info) => {
          await patchboard.openReady();
          await patchboard.page.getByRole('button', { name: preset }).click();
          await patchboard.expectStatus('done');
          // The last frame is drawn after the status says that it is done.
          await patchboard.page.waitForTimeout(200);
          await patchboard.page.screenshot({ path: info.outputPath('page.png'), fullPage: true });
        });
      }
    });
  }
}
