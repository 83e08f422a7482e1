/** A lab process and a Chromium with its control room: the fixture of the page's tests. */
import { type LabProcess, type LabStart, startLab } from '../support/lab.ts';
import { type ControlRoomBrowser, openBrowser } from './browser.ts';

export interface ControlRoomFixture extends Omit<ControlRoomBrowser, 'close'> {
  readonly lab: LabProcess;
  stop(): Promise<void>;
}

export async function startControlRoomFixture(start: LabStart): Promise<ControlRoomFixture> {
  const lab = await startLab(start);
  const { close, ...browser } = await openBrowser(lab.url).catch(async (error: unknown) => {
    // The caller gets no fixture, so it cannot stop the lab.
    await lab.stop();
    throw error;
  });
  return {
    lab,
    ...browser,
    async stop() {
      try {
        await close();
      } finally {
        await lab.stop();
      }
    },
  };
}
