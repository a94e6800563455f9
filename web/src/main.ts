import { follow } from './errors/errors';
import { opensOnceMore } from './site/install';
import { beginFirstLoad } from './worker/first-load';

async function open(): Promise<void> {
  // What is only opened once more needs nothing of the page.
  if (await opensOnceMore()) return;
  beginFirstLoad(location.search);
  await import('./page');
}

follow(open(), (why) => {
  document.body.textContent = `The page could not be loaded: ${why}. Open it again.`;
});
