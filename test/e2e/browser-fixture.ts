/** A lab as a process and a Chromium in front of it: what every test of the control room's page stands on. */
import { type LabProcess, type LabStart, startLab } from '../support/lab.ts';
import { openBrowser, type RoomBrowser } from './browser.ts';

export interface RoomStage extends Omit<RoomBrowser, 'close'> {
  readonly lab: LabProcess;
  stop(): Promise<void>;
}

export async function startRoomStage(start: LabStart): Promise<RoomStage> {
  const lab = await startLab(start);
  const { close, ...browser } = await openBrowser(lab.url).catch(async (error: unknown) => {
    // Nobody has a stage yet that could be stopped.
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
