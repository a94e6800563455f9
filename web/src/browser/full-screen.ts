/** The browser's full screen, where it is allowed; nothing depends on it. */

import { follow } from '../errors/errors';

export function enterFullScreen(): void {
  if (!document.fullscreenEnabled || document.fullscreenElement) return;
  // Without a person's press, as where a link was opened, it is refused with a warning.
  if ('userActivation' in navigator && !navigator.userActivation.isActive) return;
  follow(document.documentElement.requestFullscreen(), () => {
    // Refused: the window is as large as it was.
  });
}

export function leaveFullScreen(): void {
  if (!document.fullscreenElement) return;
  follow(document.exitFullscreen(), () => {
    // It was left already.
  });
}
