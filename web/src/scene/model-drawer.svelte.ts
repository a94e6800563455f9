/** Whether the model is being chosen: a person opens the drawer for it, or the page itself, which closes it again. */

import { untrack } from 'svelte';

import type { ModelShelf } from '../state/model-shelf.svelte';
import { EMBEDDED_ID } from '../weights/sources';

/** A model that comes by itself is on its way by then. */
const WITHOUT_MODEL_MS = 1000;
/** A hand on its way to the button does not see what opens within such a time. */
const REACTION_MS = 600;

export class ModelDrawer {
  isOpen = $state(false);
  /** Opened by the page itself. */
  private isUnasked = false;
  private unaskedAt = 0;

  constructor(private readonly shelf: ModelShelf) {}

  /** A person opens or closes it. */
  setOpen(isOpen: boolean): void {
    this.isOpen = isOpen;
    this.isUnasked = false;
  }

  /** By the button; a click just as the page opens it by itself was meant to open it. */
  toggle(): void {
    const isOpening = this.isUnasked && performance.now() - this.unaskedAt < REACTION_MS;
    this.setOpen(isOpening || !this.isOpen);
  }

  /** Effects: it opens where there is something to see or to do. */
  follow(): void {
    $effect(() => {
      this.followLoading();
    });
    $effect(() => this.followShelf());
  }

  /** A load that takes its time, says something or fails is to be seen. */
  private followLoading() {
    const { loading, problem, notes, inUse } = this.shelf;
    const isLong = loading !== undefined && loading.source.id !== EMBEDDED_ID;
    const isTold = problem !== undefined || notes.length > 0;
    untrack(() => {
      if (isLong || isTold) this.openUnasked();
      else if (this.isUnasked && inUse) this.setOpen(false);
    });
  }

  /** Where nothing comes by itself, a person chooses. */
  private followShelf() {
    if (this.shelf.inUse || this.shelf.loading) return undefined;
    const timer = setTimeout(() => {
      this.openUnasked();
    }, WITHOUT_MODEL_MS);
    return () => {
      clearTimeout(timer);
    };
  }

  private openUnasked() {
    if (this.isOpen) return;
    this.isOpen = true;
    this.isUnasked = true;
    this.unaskedAt = performance.now();
  }
}
