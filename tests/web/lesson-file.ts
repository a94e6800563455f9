/** A whole small lesson for the tests, as a teacher's file has it. */

export const MOST_OF_ALL = {
  guess: 'word',
  question: 'Which word?',
  answer: { find: 'strongest', rows: 'input' },
};

/** With a question on the map, one with choices, and one of a layer. */
export const lessonFile = () => ({
  patchboard_lesson: 1,
  title: 'A lesson',
  about: 'About it.',
  minutes: 3,
  steps: [
    {
      title: 'First',
      say: ['The clean run says {clean_answer}.', 'Braces: {{ and }}.'],
      highlight: ['prompts', 'answers'] as unknown,
      cover: 'all',
      experiment: { clean: 'Jones a', corrupted: 'Smith a', targets: [' Jones', ' Smith'] },
      show: { metric: 'logit', reference: 'share', of: 0, against: 1, follow: true } as unknown,
    },
    {
      title: 'A guess',
      say: 'Look.',
      highlight: 'map',
      ask: { ...MOST_OF_ALL } as unknown,
      reveal: {
        right: 'Right: {word}.',
        wrong: 'Not {guess_word}.',
        always: '{share}.',
      } as unknown,
    },
    {
      title: 'A layer',
      say: 'Look.',
      ask: {
        guess: 'layer',
        question: 'Which layer?',
        answer: { find: 'first above', above: 0.5, columns: 'last' },
      },
      reveal: 'After layer {layer}.',
    },
    {
      title: 'A choice',
      say: 'Look.',
      free: true,
      ask: {
        guess: 'choice',
        question: 'What does the corrupted run say?',
        choices: ['{clean_answer}', '{corrupted_answer}'],
        answer: { says: 'corrupted' },
      },
      reveal: 'It says {choice}.',
    },
  ],
});
