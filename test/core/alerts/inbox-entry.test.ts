import { describe, expect, it } from 'vitest';
import {
  inboxEntryJson,
  inboxEntryStart,
  readInboxEntry,
} from '../../../services/core/alerts/inbox-entry.ts';

const entry = {
  id: 'outage-1:down',
  type: 'SYSTEM_MAINTENANCE',
  priority: 'URGENT',
  title: 'a "title"',
  text: 'line\nline',
  ts: '2026-03-01T03:00:00.000Z',
  read: false,
} as const;

describe('an inbox entry', () => {
  it('is stored with its keys in a fixed order', () => {
    const keys = Object.keys(JSON.parse(inboxEntryJson(entry)));
    expect(keys).toEqual(['id', 'type', 'priority', 'title', 'text', 'ts', 'read']);
  });

  it('starts with its id, which is how the scripts recognise it', () => {
    const quoted = { ...entry, id: 'a "quoted" id' };
    expect(inboxEntryJson(quoted).startsWith(inboxEntryStart(quoted.id))).toBe(true);
  });

  it('is read back as it was written', () => {
    expect(readInboxEntry(inboxEntryJson(entry))).toEqual(entry);
  });

  it('gets defaults for optional fields of the wrong type', () => {
    expect(readInboxEntry('{"id":"a","title":"b","text":"c","priority":"LOW","read":"yes"}')).toEqual({
      id: 'a',
      type: 'SYSTEM_MAINTENANCE',
      priority: 'NORMAL',
      title: 'b',
      text: 'c',
      ts: '',
      read: false,
    });
  });

  it.each(['', 'null', '7', '[]', '{}', '{"id":1,"title":"a","text":"b"}'])(
    'is not read from a foreign value: %j',
    (raw) => {
      expect(readInboxEntry(raw)).toBeUndefined();
    },
  );
});
