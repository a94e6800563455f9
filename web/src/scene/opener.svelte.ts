/** What is opened, dropped or pasted goes to the part of the page that it belongs to. */

import { entriesIn } from '../browser/dropped';
import { follow } from '../errors/errors';
import type { Lab } from '../state/lab.svelte';
import type { ChosenFile } from '../weights/local-files';
import type { ModelDrawer } from './model-drawer.svelte';
import type { OpenedHere } from './open-any';

interface Goes {
  /** What was opened is in the scene, or in the drawer that opens: nothing else covers it. */
  toScene: () => void;
  /** What was opened is pairs or a template. */
  toMany: (kind: 'pairs' | 'template', text: string) => void;
  /** What was opened is answers that students handed in, among other files perhaps. */
  toClass: (files: readonly ChosenFile[]) => void;
}

const opening = () => import('./open-any');

export class Opener {
  /** What a person should know of what was opened last. */
  notes = $state<string>();
  /** What is wrong with what was dropped last. */
  problem = $state<string>();

  constructor(
    private readonly lab: Lab,
    private readonly model: ModelDrawer,
    private readonly goes: Goes,
  ) {}

  /** Both reject with what is wrong with it. */
  openText = async (text: string): Promise<void> => {
    this.show(await (await opening()).openText(this.lab, text));
  };

  openFiles = async (files: readonly ChosenFile[]): Promise<void> => {
    this.show(await (await opening()).openFiles(this.lab, files));
  };

  /** Anywhere on the page; parts that take files themselves have prevented what it does by itself. */
  drop = (event: DragEvent): void => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    this.problem = undefined;
    follow(this.openDropped(event.dataTransfer), (why) => {
      // Said in the scene, which nothing then covers.
      this.goes.toScene();
      this.problem = why;
    });
  };

  private async openDropped(dropped: DataTransfer | null) {
    const entries = entriesIn(dropped);
    const { droppedFiles } = await import('../weights/local-files');
    const files = await droppedFiles(entries);
    if (files.length > 0) await this.openFiles(files);
  }

  private show(opened: OpenedHere) {
    this.notes = undefined;
    this.goes.toScene();
    if (opened.kind === 'shown') {
      this.notes = opened.notes.join(' ') || undefined;
    } else if (opened.kind === 'answers') {
      this.goes.toClass(opened.files);
    } else if (opened.kind !== 'model') {
      this.goes.toMany(opened.kind, opened.text);
    } else {
      this.model.setOpen(true);
      const choosing = this.lab.modelChoice().then((choice) => choice.chooseFiles(opened.files));
      follow(choosing, (why) => (this.lab.shelf.problem = why));
    }
  }
}
