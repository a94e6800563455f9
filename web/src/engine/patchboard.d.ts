// Written by tools/page-tables/write, out of wasm/bindings.cpp: change that. The values are explained in
// wasm/js_types.h, the calls in wasm/js_session.h.

export type Range = {
  begin: number,
  end: number
};

export type TorchHeader = {
  text: string,
  config: string
};

export interface TorchFile {
  wanted(): Range[];
  take(bytes: Uint8Array<ArrayBuffer>): void;
  header(): TorchHeader;
  delete(): void;
}

export type Token = {
  id: number,
  text: string
};

export type Prediction = {
  id: number,
  text: string,
  logit: number,
  prob: number
};

export type Change = {
  id: number,
  text: string,
  before: number,
  after: number
};

export type ModelInfo = {
  nLayer: number,
  nHead: number,
  dModel: number,
  vocabSize: number,
  nPositions: number,
  parameters: number,
  fingerprint: string,
  weightBytes: number,
  quantization: string,
  quantizationCost: string,
  remarks: string[],
  hasTokenizer: boolean,
  fitsGpt2Tokenizer: boolean
};

export type Continuations = {
  clean: Token[],
  corrupted: Token[],
  patched: Token[]
};

export type CellDetails = {
  finite: boolean,
  continued: boolean,
  top: Prediction[],
  changed: Change[],
  continuations: Continuations
};

export type LogitLens = {
  top: Token[],
  topProb: Float32Array<ArrayBuffer>,
  prob: Float32Array<ArrayBuffer>
};

export type NeuronChange = {
  neuron: number,
  clean: number,
  corrupted: number,
  difference: number
};

export type NeuronChanges = {
  finite: boolean,
  largest: NeuronChange[]
};

export type Check = {
  name: string,
  passed: boolean,
  detail: string
};

export type Target = {
  text: string,
  tokens: Token[]
};

export type MeasureTable = {
  targets: number,
  cells: number,
  values: Float32Array<ArrayBuffer>
};

export type SweepInfo = {
  site: import('../experiment/experiment').Site,
  direction: 'denoising' | 'noising',
  axes: 'position' | 'head' | 'head-position',
  rows: number,
  columns: number,
  firstLayer: number,
  endLayer: number,
  blockRows: number
};

export type ExperimentStart = {
  tokensClean: Token[],
  tokensCorrupted: Token[],
  tokensMean: Token[][],
  targets: Target[],
  clean: MeasureTable,
  corrupted: MeasureTable,
  topClean: Prediction[],
  topCorrupted: Prediction[],
  sweeps: SweepInfo[],
  blockRows: number,
  naiveBlockRows: number,
  startBlockRows: number,
  startSeconds: number
};

export type SweepRow = {
  sweep: number,
  layer: number,
  head: number,
  measures: MeasureTable,
  computed: Uint8Array<ArrayBuffer>,
  notFinite: Uint8Array<ArrayBuffer>,
  blockRowsDone: number
};

export type Attribution = {
  sweep: number,
  values: Float32Array<ArrayBuffer>
};

export type AttributionResult = {
  estimates: Attribution[],
  seconds: number
};

export type MemoryNeed = {
  least: number,
  most: number,
  allowed: number
};

export type PromptOptions = {
  bos: boolean,
  specialTokens: boolean
};

export type PromptNote = {
  kind: 'ends-in-space' | 'target-needs-space' | 'first-word-needs-space',
  place: string,
  mended: string
};

export type Filling = {
  words: string[],
  text: string,
  tokens: number,
  keeps: boolean
};

export type TemplateStart = {
  slots: string[][],
  fillings: Filling[]
};

export type PromptPair = {
  name: string,
  clean: string,
  corrupted: string,
  targets: string[]
};

export type SplitWords = {
  text: string,
  tokens: string[]
};

export type LengthDifference = {
  clean: SplitWords,
  corrupted: SplitWords
};

export type Repair = {
  clean: string,
  corrupted: string,
  why: string
};

export type Repairs = {
  differences: LengthDifference[],
  repairs: Repair[]
};

export interface Session {
  begin(configJson: string, dtype: 'f32' | 'f16' | 'q8_0', files: string[]): void;
  beginFile(dtype: 'f32' | 'f16' | 'q8_0', file: string): void;
  modelTexts(): {config: string, tokenizer: Partial<Record<'vocab.json' | 'merges.txt' | 'tokenizer_config.json', string>>, problem: string} | undefined;
  setTokenizer(texts: Partial<Record<'vocab.json' | 'merges.txt' | 'tokenizer.json' | 'added_tokens.json' | 'special_tokens_map.json' | 'tokenizer_config.json', string>>): void;
  useGpt2Tokenizer(mergesTxt: string): void;
  takeHeader(header: string, file: string): void;
  nextWanted(): number | undefined;
  reserve(bytes: number): number;
  commit(bytes: number): void;
  endFile(): void;
  keep(): void;
  kept(): Uint8Array<ArrayBuffer>;
  weightsHeader(): string;
  continueFrom(sourceHeader: string): number;
  finish(): void;
  info(): ModelInfo;
  tokenize(prompt: string | number[], options: PromptOptions): Token[];
  decode(ids: string | number[]): string;
  resolveTarget(text: string, options: PromptOptions): Token;
  start(experiment: string): ExperimentStart;
  memoryOf(experiment: string): MemoryNeed;
  step(): SweepRow | undefined;
  attribute(metric: string): AttributionResult;
  cell(sweep: number, layer: number, head: number, column: number, continuation: number): CellDetails;
  patterns(run: 'clean' | 'corrupted', layer: number): Float32Array<ArrayBuffer>;
  lens(run: 'clean' | 'corrupted'): LogitLens;
  neurons(layer: number, position: number, count: number): NeuronChanges;
  checks(): Check[];
  measure(prompt: string | number[], targets: string, options: PromptOptions): MeasureTable;
  logits(prompt: string | number[], options: PromptOptions): Float32Array<ArrayBuffer>;
  predict(prompt: string | number[], count: number, options: PromptOptions): Prediction[];
  expandTemplate(text: string, options: PromptOptions): TemplateStart;
  readPairs(text: string): PromptPair[];
  repairs(clean: string, corrupted: string, options: PromptOptions): Repairs;
  notes(experiment: string): PromptNote[];
  delete(): void;
}

