import { mount } from 'svelte';
import './styles/tokens.css';
import './styles/base.css';
import App from './app.svelte';
import StartFailure from './start-failure.svelte';
import { createHost } from './transport/create-host.ts';

const target = document.getElementById('app');
if (target === null) throw new TypeError('The page has no element for the window.');

createHost().then(
  (host) => mount(App, { target, props: { host } }),
  (error: unknown) => mount(StartFailure, { target, props: { error } }),
);
