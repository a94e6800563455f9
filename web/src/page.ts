import { mount } from 'svelte';

import './app.css';
import App from './app.svelte';

const target = document.getElementById('app');
if (!target) throw new Error('index.html has no element #app');
target.textContent = '';
mount(App, { target });
