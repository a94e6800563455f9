/** Runs Lighthouse on the built site and tells its scores; ends with an error where one that must be whole is not. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { preview } from 'vite';

const { values, positionals } = parseArgs({
  options: { rounds: { type: 'string', default: '3' } },
  allowPositionals: true,
});
const [environment = 'build/lighthouse'] = positionals;
const rounds = Number(values.rounds);
/** Of 100: they are the same on every machine. */
const WHOLE = ['accessibility', 'best-practices'];
const CATEGORIES = ['performance', ...WHOLE];

/** Lighthouse's report of one visit. */
async function visit(address) {
  const output = join(environment, 'report.json');
  const lighthouse = spawn(
    join(environment, 'node_modules/.bin/lighthouse'),
    [
      address,
      '--preset=desktop',
      `--only-categories=${CATEGORIES.join(',')}`,
      '--chrome-flags=--headless=new --no-sandbox',
      '--output=json',
      `--output-path=${output}`,
      '--quiet',
    ],
    { env: { ...process.env, CHROME_PATH: process.env.CHROMIUM }, stdio: 'inherit' },
  );
  const [code] = await once(lighthouse, 'exit');
  if (code !== 0) throw new Error(`Lighthouse ended with ${code}`);
  return JSON.parse(await readFile(output, 'utf8'));
}

const scoreOf = ({ categories }, category) => Math.round(100 * categories[category].score);

/** The audits that took something from a score. */
function* lost({ categories, audits }, category) {
  for (const { id, weight } of categories[category].auditRefs) {
    const { score, title, displayValue = '' } = audits[id];
    if (weight > 0 && score !== null && score < 1) yield `    ${title} ${displayValue}`.trimEnd();
  }
}

const server = await preview({ root: 'web', preview: { port: 0 }, logLevel: 'error' });
const reports = [];
try {
  for (let round = 0; round < rounds; round++) {
    reports.push(await visit(server.resolvedUrls.local[0]));
  }
} finally {
  await server.close();
}

console.log(`Lighthouse ${reports[0].lighthouseVersion}, desktop, ${rounds} visits`);
for (const category of CATEGORIES) {
  const byScore = reports.toSorted((a, b) => scoreOf(a, category) - scoreOf(b, category));
  console.log(`${category}: ${byScore.map((report) => scoreOf(report, category)).join(', ')}`);
  for (const line of lost(byScore[0], category)) console.log(line);
}
const isWhole = (report) => WHOLE.every((category) => scoreOf(report, category) === 100);
if (!reports.every(isWhole)) process.exitCode = 1;
