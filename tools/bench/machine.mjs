/** On what the figures were taken. */

import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

function osName() {
  const match = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'));
  return match?.[1] ?? process.platform;
}

/** What the processor's model name leaves open. */
function simd() {
  const flags = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? '';
  return ['avx512f', 'avx2'].find((name) => flags.includes(` ${name}`)) ?? 'sse2';
}

export function machine() {
  return {
    processor: `${cpus()[0]?.model ?? 'unknown'} (${simd()})`,
    cores: cpus().length,
    memoryGB: Math.round(totalmem() / 1e9),
    os: osName(),
    node: process.version,
  };
}
