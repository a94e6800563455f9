/** The results as Markdown. */

/** Three figures, without an exponent. */
const rounded = (value) => `${Number(value.toPrecision(3))}`;
const seconds = ({ median, least, most }) =>
  `${rounded(median)} s (${rounded(least)}–${rounded(most)})`;
const milliseconds = ({ median }) => `${(median * 1000).toFixed(0)} ms`;
const times = (value) => `${value.toFixed(1)}×`;
const share = (value) => `${(value * 100).toFixed(0)} %`;

const RIVALS = {
  reportPthread: 'PyTorch, one run a patch¹',
  reportOpenmp: 'PyTorch, one run a patch²',
  expertPthread: 'PyTorch, 16 patches a batch¹',
  expertOpenmp: 'PyTorch, 16 patches a batch²',
};

function sweepTable(sweeps) {
  const row = (label, value) => `| ${label} | ${sweeps.map(value).join(' | ')} |`;
  const against = (where) =>
    Object.entries(RIVALS).map(([name, label]) =>
      row(`${where}, against ${label}`, ({ ratios }) => times(ratios[name][where])),
    );
  return [
    row('whole sweep', ({ config, length }) => `${config}, T = ${length}`),
    row('---', () => '---'),
    ...Object.entries(RIVALS).map(([name, label]) =>
      row(label, ({ seconds: took }) => seconds(took[name])),
    ),
    row('native', ({ seconds: took }) => seconds(took.native)),
    row('tab', ({ seconds: took }) => seconds(took.tab)),
    ...against('native'),
    ...against('tab'),
  ];
}

/** What a sweep by repeated forward passes of onnxruntime-web would take, in sweeps of ours. */
function repeatedForwards({ sweeps, forwards }) {
  const same = (one, other) => one.config === other.config && one.length === other.length;
  return forwards
    .filter(({ threads }) => threads === 2)
    .map((forward) => {
      const sweep = sweeps.find((one) => same(one, forward));
      const value = (sweep.patches * forward.seconds.ort.median) / sweep.seconds.tab.median;
      return (
        `onnxruntime-web's forward pass, once for each of the ${sweep.patches} patches of ${forward.config}, ` +
        `T = ${forward.length}: ${times(value)} as long as the tab's sweep.`
      );
    });
}

function forwardTable(forwards) {
  return [
    '| one forward pass in the tab | onnxruntime-web | Patchboard | faster |',
    '| --- | --- | --- | --- |',
    ...forwards.map(
      ({ config, length, threads, seconds: took, ratio }) =>
        `| ${config}, T = ${length}, threads: ${threads} | ${milliseconds(took.ort)} | ${milliseconds(
          took.engine,
        )} | ${ratio.toFixed(2)}× |`,
    ),
  ];
}

function kernelTable(kernels) {
  const names = Object.keys(kernels);
  const row = (label, value) =>
    `| ${label} | ${names.map((name) => value(kernels[name])).join(' | ')} |`;
  return [
    `| GEMM, one thread | ${names.join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    row('multiply-add loop, GFLOP/s', ({ peak_gflops: peak }) => peak.toFixed(0)),
    ...['f32', 'f16', 'q8_0'].map((format) =>
      row(`240 × 1024 × 4096, ${format} weights`, ({ gemm }) => {
        const { gflops, of_peak: ofPeak } = gemm[format];
        return `${gflops.toFixed(0)} (${share(ofPeak)})`;
      }),
    ),
    row("times Eigen's", ({ gemm }) => times(gemm.f32.times_eigen)),
    ...Object.keys(kernels[names[0]].few_rows).map((rows) =>
      row(`rows: ${rows}, of reading the weights`, ({ few_rows: few }) =>
        share(few[rows].of_reading),
      ),
    ),
  ];
}

const bytes = (value) => `${(value / 1e6).toFixed(0)} MB`;

function settingLines({ native, variants }) {
  const [, ...others] = native.settings;
  const names = ['one thread', 'f16', 'q8_0'];
  const lines = others.map(
    ({ times: value }, index) => `- native, ${names[index]}: ${value.toFixed(2)} times as long`,
  );
  for (const group of ['threads', 'formats', 'builds']) {
    for (const [name, value] of Object.entries(variants[group].ratios)) {
      lines.push(`- tab, ${name}: ${value.toFixed(2)} times as long`);
    }
  }
  for (const [name, { weightBytes, heapBytes }] of Object.entries(variants.formats.loaded)) {
    lines.push(`- tab, ${name}: ${bytes(weightBytes)} of weights in a heap of ${bytes(heapBytes)}`);
  }
  return lines;
}

function accuracyTable(accuracy) {
  const rows = Object.entries(accuracy).flatMap(([model, formats]) =>
    Object.entries(formats).map(
      ([format, { largestProbChange, largestLogitChange, leastRankCorrelation }]) =>
        `| ${model}, ${format} | ${largestProbChange.toExponential(1)} | ${largestLogitChange.toExponential(
          1,
        )} | ${leastRankCorrelation.toFixed(4)} |`,
    ),
  );
  return [
    '| against f32 | largest change in probability | in logit | least rank correlation of a heatmap |',
    '| --- | --- | --- | --- |',
    ...rows,
  ];
}

function siteTable({ config, length, seconds: took, attribution, attributionInForwards }) {
  return [
    `| sweeps of ${config}, T = ${length}, in the tab | |`,
    '| --- | --- |',
    ...Object.entries(took).map(([name, value]) => `| ${name} | ${seconds(value)} |`),
    `| a first map of all ten sites by attribution | ${seconds(attribution)}, ` +
      `${times(attributionInForwards)} a forward pass |`,
  ];
}

function xlLine({ dtype, load, sweep }) {
  return (
    `GPT-2 XL's shape in the tab, ${dtype}: loaded in ${load.seconds.toFixed(1)} s, ` +
    `${sweep.rows} heatmap rows in ${sweep.seconds.toFixed(1)} s, heap ${bytes(sweep.heapBytes)}.`
  );
}

export function table(results) {
  const { machine, sweeps, forwards, kernels, native, variants, sites, accuracy, xl } = results;
  const { processor, cores, memoryGB, os, node, chromium, pytorch } = machine;
  return [
    `${processor}, ${cores} cores, ${memoryGB} GB, ${os}; Node ${node}, Chromium ${chromium}, PyTorch ${pytorch}.`,
    '',
    ...sweepTable(sweeps),
    '',
    '¹ with OpenBLAS as Debian installs it, with threads of its own; ² with OpenBLAS built for OpenMP.',
    '',
    ...forwardTable(forwards),
    '',
    ...repeatedForwards({ sweeps, forwards }),
    '',
    ...kernelTable(kernels),
    '',
    `A sweep of ${variants.config}, T = ${variants.length}, against two threads, f32 and relaxed SIMD:`,
    '',
    ...settingLines({ native, variants }),
    '',
    ...siteTable(sites),
    '',
    ...accuracyTable(accuracy),
    ...(xl ? ['', xlLine(xl)] : []),
  ].join('\n');
}
