/** What was dropped on the page. A browser tells it during the event alone. */

/** Files and folders. */
export const entriesIn = (transfer: DataTransfer | null): FileSystemEntry[] =>
  [...(transfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry() ?? []);
