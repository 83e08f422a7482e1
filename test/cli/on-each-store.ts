/** Runs the same cases of the command line on the embedded store and, where there is one, on a real Redis. */
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { redisAuditTrail } from '../../services/adapters/redis/audit-trail.ts';
import type { StoredAuditEntry } from '../../services/core/platform/audit-trail.ts';
import { FunctionFixture, stores } from '../support/function-fixture.ts';
import { type KeyboardOptions, type Typed, type } from './keyboard.ts';

export interface CliStage {
  /** Open while a case runs. */
  readonly stage: FunctionFixture;
  /** Runs a command with the settings of the stage. */
  run(line: string, more?: Partial<KeyboardOptions>): Promise<Typed>;
  latestAudit(): Promise<StoredAuditEntry | undefined>;
}

export function onEachStore(cases: (on: CliStage) => void): void {
  describe.each(stores)('npx staffprobot on $name', ({ path, missing }) => {
    describe.skipIf(missing)('with everything around it', () => {
      let opened: FunctionFixture | undefined;
      beforeAll(async () => {
        opened = await FunctionFixture.open(path);
      });
      afterAll(() => opened?.close());
      beforeEach(() => opened?.clear());
      afterEach(() => {
        if (opened === undefined) return;
        opened.telegram.fault({ kind: 'none' });
        opened.aws.clearFaults();
        opened.whenRestarted = async () => {};
      });
      cases({
        get stage() {
          if (opened === undefined) throw new Error('the stage is not open yet');
          return opened;
        },
        run(line, more = {}) {
          return type(line, { environment: this.stage.environment(), ...more });
        },
        async latestAudit() {
          return (await redisAuditTrail(this.stage.store, this.stage.keys).latest(1))[0];
        },
      });
    });
  });
}
