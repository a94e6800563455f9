/** What the page opens with: an experiment of the report that the project grew from. */

export interface Preset {
  id: string;
  title: string;
  clean: string;
  corrupted: string;
  targets: string[];
  /** Whether these are what the runs say, and follow what becomes of the prompts. */
  followsTargets: boolean;
  /** Two sentences: what to look for. */
  look: string;
}

export const basicExample: Preset = {
  id: 'basic',
  title: 'Basic example: a surname',
  clean: 'Michelle Jones was a top-notch student. Michelle',
  corrupted: 'Michelle Smith was a top-notch student. Michelle',
  targets: [' Jones', ' Smith'],
  followsTargets: true,
  look:
    'In the early layers the surname itself is what brings “Jones” back; in the late layers it is the ' +
    'last word. Find the layer where the information moves from one to the other.',
};
