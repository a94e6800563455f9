/** The experiments of the corpus, as documents for the command and as links for the page. */

const JONES = 'Michelle Jones was a top-notch student. Michelle';
const SMITH = 'Michelle Smith was a top-notch student. Michelle';
const SURNAME = { clean: JONES, corrupted: SMITH, targets: [' Jones', ' Smith'] };
const SHORT = {
  clean: 'Anna Jones was. Anna',
  corrupted: 'Anna Smith was. Anna',
  targets: [' Jones'],
};
const ABLATED = { clean: JONES, targets: [' Jones', ' Smith'] };
const POSITION_SITES = ['resid_pre', 'resid_mid', 'resid_post', 'attn_out', 'mlp_out'];
const HEAD_SITES = ['z', 'q', 'k', 'v', 'pattern'];
const BOTH = ['denoising', 'noising'];

/** [name, document, more arguments of `patchboard patch`] */
export const DOCUMENTS = [
  ['fewest-keys', { ...SURNAME }],
  [
    'every-key',
    {
      patchboard: 1,
      model: { id: 'embedded', label: 'a model', dtype: 'f32', digest: '0123456789abcdef' },
      ...SURNAME,
      sites: ['resid_post'],
      by_position: false,
      directions: ['denoising'],
      corruption: { kind: 'prompt' },
      window: 1,
      span: 1,
      region: null,
    },
  ],
  ['every-site', { ...SHORT, sites: [...POSITION_SITES, ...HEAD_SITES], directions: BOTH }],
  ['heads-by-position', { ...SHORT, sites: HEAD_SITES, by_position: true, directions: BOTH }],
  ['heads-by-position-span', { ...SHORT, sites: ['z', 'pattern'], by_position: true, span: 2 }],
  ['window', { ...SHORT, sites: POSITION_SITES, directions: BOTH, window: 3 }],
  ['span', { ...SHORT, sites: POSITION_SITES, directions: BOTH, span: 2 }],
  ['window-and-span', { ...SHORT, sites: ['resid_mid', 'mlp_out'], window: 2, span: 3 }],
  ['window-of-all-layers', { ...SURNAME, sites: ['attn_out'], window: 4, span: 10 }],
  ['region', { ...SURNAME, region: { layers: [1, 3], positions: [1, 10] } }],
  [
    'region-of-heads',
    { ...SHORT, sites: ['z'], by_position: true, region: { layers: [0, 2], positions: [1, 3] } },
  ],
  [
    'other-order',
    { ...SHORT, sites: ['z', 'resid_pre', 'z'], directions: ['noising', 'denoising'] },
  ],
  [
    'noise',
    { ...ABLATED, corruption: { kind: 'noise', positions: [1], multiple: 3, samples: 1, seed: 0 } },
  ],
  [
    'noise-fewest-keys',
    { ...ABLATED, directions: BOTH, corruption: { kind: 'noise', positions: [2, 1] } },
  ],
  [
    'noise-of-samples',
    {
      ...ABLATED,
      sites: ['resid_post', 'attn_out', 'z'],
      directions: BOTH,
      corruption: { kind: 'noise', positions: [1, 2], multiple: 2.5, samples: 4, seed: 7 },
    },
  ],
  [
    'noise-of-the-largest-seed',
    {
      ...ABLATED,
      corruption: { kind: 'noise', positions: [0, 9], multiple: 0.5, samples: 2, seed: 2147483647 },
    },
  ],
  [
    'zeros',
    { ...ABLATED, sites: [...POSITION_SITES, ...HEAD_SITES], corruption: { kind: 'zero' } },
  ],
  ['zeros-window', { ...ABLATED, sites: ['mlp_out'], window: 2, corruption: { kind: 'zero' } }],
  [
    'mean',
    {
      ...ABLATED,
      sites: ['mlp_out', 'z'],
      directions: ['noising'],
      corruption: { kind: 'mean', prompts: [JONES, SMITH] },
    },
  ],
  [
    'mean-of-ids',
    {
      clean: [10, 11, 12],
      targets: [5],
      sites: ['attn_out'],
      corruption: {
        kind: 'mean',
        prompts: [
          [1, 2, 3],
          [4, 5, 6],
        ],
      },
    },
  ],
  ['ids', { clean: [310, 415, 520], corrupted: [310, 615, 520], targets: [3, 0, 2047] }],
  [
    'targets',
    {
      ...SURNAME,
      targets: [' Jones', 17, { continuation: ' Jones was' }, { continuation: ' Smith' }],
    },
  ],
  ['continuation-of-ids', { ...SHORT, targets: [{ continuation: [3, 4] }] }],
  [
    'four-targets',
    {
      clean:
        'Cristiano Ronaldo has won five Champions League titles. Lionel Messi has won four Champions League titles. The player who has won the most Champions League titles is',
      corrupted:
        'Cristiano Ronaldo has won two Champions League titles. Lionel Messi has won four Champions League titles. The player who has won the most Champions League titles is',
      targets: [' Crist', ' Ronaldo', ' Lionel', ' Messi'],
    },
  ],
  [
    'every-script',
    {
      clean: 'café 日本 😀\t"x"\n',
      corrupted: 'cafè 日木 😁\t"y"\n',
      targets: [{ continuation: ' é' }],
    },
  ],
  [
    'one-token',
    { clean: 'a', corrupted: 'b', targets: [' a'], sites: ['q', 'pattern', 'resid_pre'] },
  ],
  ['weights-in-f16', { ...SURNAME }, ['--dtype', 'f16']],
  ['weights-in-q8', { ...SURNAME }, ['--dtype', 'q8']],
  [
    'attribution',
    { ...SHORT, sites: [...POSITION_SITES, 'z'], directions: BOTH, targets: [' Jones', ' Smith'] },
    ['--attribution', 'logit_diff'],
  ],
  [
    'attribution-window',
    { ...SURNAME, sites: ['resid_post', 'mlp_out'], window: 2 },
    ['--attribution', 'prob'],
  ],
  [
    'attribution-noise',
    {
      ...ABLATED,
      sites: ['resid_post'],
      corruption: { kind: 'noise', positions: [1], samples: 3 },
    },
    ['--attribution', 'log_prob'],
  ],
  ['checks', { ...SURNAME, directions: BOTH }, ['--check']],
];

const query = (pairs) => `?${new URLSearchParams(pairs)}`;
const surname = [
  ['clean', JONES],
  ['corrupted', SMITH],
  ['target', ' Jones'],
  ['target', ' Smith'],
];
const both = [
  ['direction', 'denoising'],
  ['direction', 'noising'],
];

/** [name, query]. Those with `model` or without targets of the practice model are read, not run. */
export const LINKS = [
  ['nothing', ''],
  ['prompts', query(surname)],
  ['written-by-hand', '?clean=Anna Jones was. Anna&corrupted=Anna+Smith+was.+Anna&target=+Jones'],
  ['clean-alone', '?clean=Michelle+Brown+was+a+top-notch+student.+Michelle'],
  [
    'every-site',
    query([
      ...surname,
      ...[...POSITION_SITES, ...HEAD_SITES].map((site) => ['site', site]),
      ...both,
    ]),
  ],
  ['heads-by-position', `${query([...surname, ['site', 'z'], ['site', 'v']])}&by-position&span=2`],
  ['by-position-without-heads', `${query(surname)}&by-position=1`],
  ['not-by-position', `${query([...surname, ['site', 'q']])}&by-position=0`],
  ['window-and-span', query([...surname, ['site', 'attn_out'], ['window', '3'], ['span', '2']])],
  ['window-with-heads', query([...surname, ['site', 'z'], ['window', '3'], ['span', '2']])],
  ['region', query([...surname, ['layers', '1-2'], ['positions', '1-9']])],
  ['region-of-one', query([...surname, ['layers', '3'], ['positions', '9']])],
  [
    'noise',
    query([
      ...surname,
      ['corruption', 'noise'],
      ['noise-positions', '1,2'],
      ['multiple', '2.5'],
      ['samples', '4'],
      ['seed', '7'],
    ]),
  ],
  [
    'noise-fewest-keys',
    query([...surname, ...both, ['corruption', 'noise'], ['noise-positions', '1']]),
  ],
  ['zeros', query([...surname, ['site', 'mlp_out'], ['site', 'z'], ['corruption', 'zero']])],
  ['zeros-both-directions', query([...surname, ...both, ['corruption', 'zero'], ['window', '2']])],
  [
    'mean',
    query([
      ...surname,
      ['site', 'mlp_out'],
      ['corruption', 'mean'],
      ['mean-prompt', JONES],
      ['mean-prompt', SMITH],
      ['mean-prompt', ''],
    ]),
  ],
  ['ids', '?clean-ids=310,415,520&corrupted-ids=310,615,520&target-id=3&target-id=2047'],
  [
    'targets-in-order',
    query([
      ['clean', JONES],
      ['corrupted', SMITH],
      ['continuation', ' Jones was'],
      ['target', ' Smith'],
      ['target-id', '17'],
    ]),
  ],
  [
    'every-script',
    query([
      ['clean', 'café 日本 😀'],
      ['corrupted', 'cafè 日木 😁'],
      ['continuation', ' é & +'],
    ]),
  ],
  [
    'metric',
    query([...surname, ['metric', 'prob'], ['reference', 'clean'], ['of', '1'], ['against', '0']]),
  ],
  ['metric-share', query([...surname, ['metric', 'logit_diff'], ['reference', 'share']])],
  ['metric-kl', query([...surname, ['metric', 'kl']])],
  ['metric-rank', query([...surname, ['metric', 'rank']])],
  ['old-colour-prob', query([...surname, ['colour', 'prob-clean']])],
  ['old-colour-logit-diff', query([...surname, ['colour', 'logit-diff']])],
  ['weights-in-f16', query([...surname, ['dtype', 'f16']])],
  ['weights-in-q8', query([...surname, ['dtype', 'q8']])],
  ['model-by-name', '?model=gpt2-medium&dtype=f16'],
  ['model-by-address', query([['model', 'https://example.org/a model/?x=1'], ...surname])],
  ['model-of-files', '?model=files'],
  ['embed', `?embed&${query(surname).slice(1)}`],
  ['embed-with-a-value', '?embed=1'],
  ['embed-refused', '?embed=0'],
  [
    'embed-noise',
    `?embed&${query([...surname, ['corruption', 'noise'], ['noise-positions', '1'], ['samples', '3']]).slice(1)}`,
  ],
  [
    'embed-heads',
    `?embed&${query([...surname, ['site', 'pattern'], ['metric', 'prob']]).slice(1)}&by-position`,
  ],
];

/** Links whose result the page saves, with another name for each. */
export const SAVED_BY_THE_PAGE = LINKS.filter(
  ([name, text]) =>
    !/^(nothing|clean-alone|metric|model|old|embed|weights-in-q8)/.test(name) &&
    !text.includes('embed'),
).map(([name]) => name);

/** A link with so much to compute that it can be cancelled in between. */
export const PARTIAL = `${query([...surname, ...HEAD_SITES.map((site) => ['site', site]), ...both])}&by-position`;

/** [file's name, content]: sets of pairs. */
export const PAIRS = [
  [
    'array.json',
    [
      { name: 'one', clean: JONES, corrupted: SMITH, targets: [' Jones', ' Smith'] },
      { clean: SMITH, corrupted: JONES, targets: [' Smith', ' Jones'] },
      {
        name: 'of another length',
        clean: 'Anna Jones',
        corrupted: 'Anna Smith',
        targets: [' Jones', ' Smith'],
      },
      { name: 'uneven', clean: 'Anna Jones', corrupted: 'Anna', targets: [' Jones', ' Smith'] },
    ],
  ],
  [
    'titled.json',
    {
      title: 'Surnames',
      about: 'Three of them',
      targets: [' Jones', ' Smith'],
      pairs: [
        { clean: JONES, corrupted: SMITH },
        {
          template: {
            clean: 'Michelle {Jones|Smith} was a top-notch student. Michelle',
            corrupted: 'Michelle {Smith|Jones} was a top-notch student. Michelle',
          },
          targets: [' {clean.1}', ' {corrupted.1}'],
        },
      ],
    },
  ],
  ['plain.csv', 'clean,corrupted,target\nAnna Jones was. Anna,Anna Smith was. Anna, Jones\n'],
  [
    'quoted.csv',
    `\uFEFFname,clean,corrupted,target,target2\r\n"a ""name"", quoted","${JONES}","${SMITH}"," Jones"," Smith"\r\n,"${SMITH}","${JONES}"," Smith"," Jones"\r\n`,
  ],
];

export const TEMPLATES = [
  'Cristiano Ronaldo has won {five|two|one} Champions League titles.',
  'Michelle {Jones|Smith} was a {top-notch|good} student. Michelle',
  '{{braces}} {a|b}',
  'no slot',
];
