/** What the page is drawn in, as the system is set. */

import { MediaQuery } from 'svelte/reactivity';

import type { Theme } from './colours';

const dark = new MediaQuery('screen and (prefers-color-scheme: dark)');

export const theme = (): Theme => (dark.current ? 'dark' : 'light');
