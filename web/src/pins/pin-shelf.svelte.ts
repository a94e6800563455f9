/** Results that a person keeps to compare, until the page is closed. */

import { emptyResult, type LabResult, type SweepValues } from '../heatmap/result';

export interface Pin {
  id: number;
  name: string;
  result: LabResult;
}

/** Of its own arrays: the run that goes on writes into the result's. */
export function copyOf(result: LabResult): LabResult {
  const { experiment, model, start } = result;
  const copied = (sweep: SweepValues): SweepValues => ({
    ...sweep,
    measures: { ...sweep.measures, values: sweep.measures.values.slice() },
    notFinite: sweep.notFinite.slice(),
    known: [...sweep.known],
  });
  return {
    ...emptyResult(structuredClone(experiment), { ...model }, start),
    sweeps: result.sweeps.map(copied),
    blockRowsDone: result.blockRowsDone,
  };
}

export class PinShelf {
  pins = $state.raw<readonly Pin[]>([]);
  private next = 1;

  add(result: LabResult, name: string): Pin {
    const id = this.next++;
    const pin = { id, name: name.trim() || `Pin ${id}`, result: copyOf(result) };
    this.pins = [...this.pins, pin];
    return pin;
  }

  rename(id: number, name: string): void {
    if (name.trim() === '') return;
    this.pins = this.pins.map((pin) => (pin.id === id ? { ...pin, name: name.trim() } : pin));
  }

  remove(id: number): void {
    this.pins = this.pins.filter((pin) => pin.id !== id);
  }
}
