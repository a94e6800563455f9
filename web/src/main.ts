import { mount } from 'svelte';

import './app.css';
import App from './app.svelte';
import { installServiceWorker } from './site/install';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');

if (!(await installServiceWorker())) {
  target.textContent = '';
  mount(App, { target });
}
