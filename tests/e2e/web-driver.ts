/** As much of the W3C's WebDriver protocol as the tests need, over HTTP. */

import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port';

const ELEMENT = 'element-6066-11e4-a52e-4f735466cecf'; // the protocol's key of a reference
const START_MS = 60_000;
const PATIENCE_MS = 120_000;
const POLL_MS = 100;

/** Ends a program and waits for its end. */
export async function end(program: ChildProcess): Promise<void> {
  if (program.exitCode !== null || program.signalCode !== null) return;
  const ended = new Promise((resolve) => program.once('exit', resolve));
  program.kill();
  await ended;
}

export class WebDriver {
  private constructor(
    private readonly program: ChildProcess,
    private readonly address: string,
    private session: string,
  ) {}

  /** Starts a driver, and its browser with the capabilities. */
  static async launch(
    command: string,
    capabilities: object,
    env: NodeJS.ProcessEnv,
  ): Promise<WebDriver> {
    const port = await freePort('127.0.0.1');
    const program = spawn(command, [`--port=${port}`], { env, stdio: 'inherit' });
    const driver = new WebDriver(program, `http://127.0.0.1:${port}`, '');
    try {
      await driver.waitFor('the driver', () => driver.isReady(), START_MS);
      const body = { capabilities: { alwaysMatch: capabilities } };
      const { sessionId } = (await driver.send('POST', '/session', body)) as { sessionId: string };
      driver.session = `/session/${sessionId}`;
      return driver;
    } catch (error) {
      await end(program);
      throw error;
    }
  }

  async close(): Promise<void> {
    try {
      await this.send('DELETE', this.session);
    } finally {
      await end(this.program);
    }
  }

  async open(url: string): Promise<void> {
    await this.send('POST', `${this.session}/url`, { url });
  }

  /** Calls a function of the page, which sees nothing but its arguments; what it resolves to is JSON. */
  async call<Arguments extends unknown[], Result>(
    work: (...args: Arguments) => Result | Promise<Result>,
    ...args: Arguments
  ): Promise<Result> {
    const script = `const [args, done] = arguments;
      Promise.resolve(args).then((args) => (${String(work)})(...args))
        .then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const path = `${this.session}/execute/async`;
    const answer = await this.send('POST', path, { script, args: [args] });
    const { value, error } = answer as { value: Result; error?: string };
    if (error !== undefined) throw new Error(`in the page: ${error}`);
    return value;
  }

  /** The one element's reference; undefined while there is none. */
  async find(xpath: string): Promise<string | undefined> {
    const query = { using: 'xpath', value: xpath };
    const found = await this.send('POST', `${this.session}/elements`, query);
    return (found as Record<string, string>[])[0]?.[ELEMENT];
  }

  /** Waits for an element and clicks on it. */
  async click(xpath: string, timeout?: number): Promise<void> {
    const element = await this.waitFor(xpath, () => this.find(xpath), timeout);
    await this.send('POST', `${this.session}/element/${element}/click`, {});
  }

  /** Waits until `work` gives something that is true. */
  async waitFor<T>(
    what: string,
    work: () => Promise<T | undefined | false>,
    timeout = PATIENCE_MS,
  ): Promise<T> {
    for (const start = Date.now(); Date.now() - start < timeout; await sleep(POLL_MS)) {
      const result = await work();
      if (result) return result;
    }
    throw new Error(`waited ${timeout} ms for ${what}`);
  }

  private async isReady(): Promise<boolean> {
    if (this.program.exitCode !== null) throw new Error('the driver ended at its start');
    return this.send('GET', '/status').then(
      () => true,
      () => false,
    );
  }

  private async send(method: string, path: string, body?: object): Promise<unknown> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    });
    const { value } = (await response.json()) as { value: unknown };
    if (response.ok) return value;
    const { error, message } = value as { error: string; message: string };
    throw new Error(`WebDriver, ${method} ${path}: ${error}: ${message}`);
  }
}
