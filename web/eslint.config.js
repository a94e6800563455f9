import { readFileSync } from 'node:fs';

import js from '@eslint/js';
import svelte from 'eslint-plugin-svelte';
import { defineConfig } from 'eslint/config';
import globals from 'globals';
import ts from 'typescript-eslint';

import ours from './eslint-rules.js';
import svelteConfig from './svelte.config.js';

const table = readFileSync(new URL('src/README.md', import.meta.url), 'utf8');
const folders = Array.from(table.matchAll(/^\| `([^`/]+)\/`/gm), ([, folder]) => folder);

export default defineConfig(
  { ignores: ['dist/'] },
  js.configs.recommended,
  ...ts.configs.strictTypeChecked,
  ...svelte.configs.recommended,
  {
    plugins: { patchboard: ours },
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js'] },
        extraFileExtensions: ['.svelte'],
      },
    },
    rules: {
      // Numbers in messages are what this page is about.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // A promise is awaited, returned, or followed: what it rejects with is told.
      '@typescript-eslint/no-floating-promises': ['error', { ignoreVoid: false }],
      'patchboard/no-silent-catch': 'error',
      'patchboard/folder-order': ['error', folders],
      // Parts of the page reach the engine through its queue alone.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              regex: '/worker/(engine|worker|session-runner)$',
              message: 'Ask through EngineAccess, which RunQueue gives to each part.',
            },
          ],
        },
      ],
      // Each argument takes a place on the stack: 130 000 cells overflow it.
      'no-restricted-syntax': [
        'error',
        {
          selector:
            "CallExpression[callee.object.name='Math'][callee.property.name=/^(min|max|hypot)$/] > SpreadElement.arguments",
          message: 'Use leastOf or largestOf (result/extremes.ts): a spread of many values throws.',
        },
        {
          selector:
            'CallExpression[callee.property.name=/^(push|unshift|splice|fromCharCode|fromCodePoint)$/] > SpreadElement.arguments',
          message: 'Use a loop or concat: a spread of many values throws.',
        },
      ],
    },
  },
  {
    // The owner of engines.
    files: ['src/state/model-shelf.svelte.ts'],
    rules: { '@typescript-eslint/no-restricted-imports': 'off' },
  },
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
    rules: { 'patchboard/no-promise-handler': 'error' },
  },
  // ESLint's own tree has no types here.
  { files: ['eslint-rules.js'], ...ts.configs.disableTypeChecked },
);
