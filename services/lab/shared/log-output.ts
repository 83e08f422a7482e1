/** The lab's log on a terminal, as lines for people; nothing where stderr is a file or a pipe. */
import { type LogStream, readableLine, styleFor } from '../../adapters/terminal-log.ts';
import type { LogFields } from '../../core/platform/logger.ts';
import type { Environment } from '../../core/settings/variable-reader.ts';
import type { LabLog, LabLogEntry } from './lab-log.ts';

export function showLog(
  log: Pick<LabLog, 'entries' | 'onEntry'>,
  stream: LogStream,
  environment: Environment,
): void {
  if (stream.isTTY !== true) return;
  const style = styleFor(environment);
  const show = ({ details, source: part, ...entry }: LabLogEntry): void =>
    void stream.write(`${readableLine({ ...entry, part, fields: fieldsOf(details) }, style)}\n`);
  for (const entry of log.entries) show(entry);
  log.onEntry(show);
}

/** Details are cut at their end: then they are no JSON any more. */
function fieldsOf(details: string): LogFields {
  if (details === '') return {};
  try {
    return JSON.parse(details) as LogFields;
  } catch {
    return { details };
  }
}
