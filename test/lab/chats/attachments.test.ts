import { describe, expect, it } from 'vitest';
import { attachmentsOf } from '../../../services/lab/chats/attachments.ts';

const file = { file_id: 'id', file_unique_id: 'u', file_size: 5 };
const shown = {
  fileId: 'id',
  mimeType: '',
  name: '',
  sizeBytes: 5,
  width: 0,
  height: 0,
  durationSeconds: 0,
  emoji: '',
};

describe('what a chat shows of a message', () => {
  it.each<[Record<string, unknown>, Record<string, unknown>]>([
    [
      {
        photo: [
          { ...file, width: 90, height: 60 },
          { ...file, file_id: 'large', width: 300, height: 200 },
        ],
      },
      { ...shown, kind: 'photo', fileId: 'large', width: 300, height: 200 },
    ],
    [
      { document: { ...file, file_name: 'a.pdf', mime_type: 'application/pdf' } },
      { ...shown, kind: 'document', name: 'a.pdf', mimeType: 'application/pdf' },
    ],
    [
      { animation: { ...file, width: 2, height: 1 }, document: file },
      { ...shown, kind: 'animation', width: 2, height: 1 },
    ],
    [{ voice: { ...file, duration: 3 } }, { ...shown, kind: 'voice', durationSeconds: 3 }],
    [{ audio: { ...file, title: 'T', file_name: 'a.mp3' } }, { ...shown, kind: 'audio', name: 'T' }],
    [
      { video_note: { ...file, length: 240, duration: 1 } },
      { ...shown, kind: 'video_note', width: 240, height: 240, durationSeconds: 1 },
    ],
    [{ sticker: { ...file, emoji: '🙂' } }, { ...shown, kind: 'sticker', emoji: '🙂' }],
    [{ location: { latitude: 1, longitude: 2 } }, { kind: 'location', name: '', latitude: 1, longitude: 2 }],
    [
      {
        location: { latitude: 1, longitude: 2 },
        venue: { location: { latitude: 1, longitude: 2 }, title: 'T', address: 'A' },
      },
      { kind: 'venue', name: 'T, A', latitude: 1, longitude: 2 },
    ],
    [
      { contact: { phone_number: '+1', first_name: 'Anna', last_name: 'B' } },
      { kind: 'contact', name: 'Anna B', phoneNumber: '+1' },
    ],
  ])('of %o', (content, attachment) => {
    expect(attachmentsOf(content)).toEqual([attachment]);
  });

  it.each([{}, { text: 'x' }, { photo: [] }, { document: 'x' }, { location: null }])(
    'is nothing but its text of %o',
    (content) => {
      expect(attachmentsOf(content)).toEqual([]);
    },
  );
});
