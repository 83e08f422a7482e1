/**
 * Keeps conversations scrolled to their end while messages arrive, like any messenger.
 *
 * One that the reader has scrolled up stays where it is; a newly opened one starts at its end. The phone's inbox and
 * mail list start at the top.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
const nearEndPx = 60;

/**
 * Call before drawing, and the result after it.
 * @param {HTMLElement} screen the phone's screen
 * @param {() => {app: string, ownerId: number | undefined}} shown what the screen shows
 */
export function followEnd(screen, shown) {
  const lists = () => [...document.querySelectorAll('[data-follows]'), screen];
  const wasAtEnd = new Map(lists().map((list) => [list, isAtEnd(list)]));
  const before = screen.dataset.shown;
  return () => {
    const { app, ownerId } = shown();
    const now = `${app} ${ownerId}`;
    screen.dataset.shown = now;
    for (const list of lists()) {
      const isOtherScreen = list === screen && before !== now;
      if (list === screen && app !== 'telegram') {
        if (isOtherScreen) list.scrollTop = 0;
      } else if ((wasAtEnd.get(list) ?? true) || isOtherScreen) list.scrollTop = list.scrollHeight;
    }
  };
}

function isAtEnd({ scrollHeight, scrollTop, clientHeight }) {
  return scrollHeight - scrollTop - clientHeight < nearEndPx;
}
