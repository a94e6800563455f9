/** Why nothing can be asked of an engine any more. */
export class EngineOver extends Error {
  constructor(
    message: string,
    /** Whether it stopped by itself; else its model was unloaded. */
    readonly isCrash: boolean,
  ) {
    super(message);
  }
}
