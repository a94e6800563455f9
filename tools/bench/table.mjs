/** The results as Markdown. */

const seconds = ({ median, least, most }) =>
  `${median.toPrecision(3)} s (${least.toPrecision(3)}–${most.toPrecision(3)})`;
const milliseconds = ({ median }) => `${(median * 1000).toFixed(0)} ms`;
const times = (value) => `${value.toFixed(1)}×`;
const share = (value) => `${(value * 100).toFixed(0)} %`;

function sweepRow({ config, length, seconds: took, ratios }) {
  return `| ${config}, T = ${length} | ${seconds(took.report)} | ${seconds(took.expert)} | ${seconds(
    took.native,
  )} | ${times(ratios.nativeToReport)} / ${times(ratios.nativeToExpert)} | ${seconds(took.tab)} | ${times(
    ratios.tabToReport,
  )} / ${times(ratios.tabToExpert)} |`;
}

function sweepTable(sweeps) {
  return [
    '| whole sweep | PyTorch, one run a patch | PyTorch, 16 a batch | native | faster than these | tab | faster than these |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...sweeps.map(sweepRow),
  ];
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
    ...['f32', 'f16', 'q8'].map((format) =>
      row(`240 × 1024 × 4096, ${format} weights`, ({ gemm }) => {
        const { gflops, of_peak: ofPeak } = gemm[format];
        return `${gflops.toFixed(0)} (${share(ofPeak)})`;
      }),
    ),
    row("times Eigen's", ({ gemm }) => times(gemm.f32.times_eigen)),
    ...Object.keys(kernels[names[0]].few_rows).map((rows) =>
      row(`${rows} rows, of reading the weights`, ({ few_rows: few }) =>
        share(few[rows].of_reading),
      ),
    ),
  ];
}

function variantLines({ native, tab }) {
  const lines = [];
  for (const [where, groups] of Object.entries({ native, tab })) {
    for (const { ratios } of Object.values(groups)) {
      for (const [name, value] of Object.entries(ratios)) {
        lines.push(`- ${where}, ${name}: ${value.toFixed(2)} times as long`);
      }
    }
  }
  return lines;
}

export function table({ machine, sweeps, forwards, kernels, variants }) {
  const { processor, cores, memoryGB, os, node, chromium, pytorch } = machine;
  return [
    `${processor}, ${cores} cores, ${memoryGB} GB, ${os}; Node ${node}, Chromium ${chromium}, PyTorch ${pytorch}.`,
    '',
    ...sweepTable(sweeps),
    '',
    ...forwardTable(forwards),
    '',
    ...kernelTable(kernels),
    '',
    ...variantLines(variants),
  ].join('\n');
}
