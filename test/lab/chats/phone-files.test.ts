import { describe, expect, it } from 'vitest';
import { intoAlbums, personsFile } from '../../../services/lab/chats/phone-files.ts';

describe('what a phone makes of a chosen file', () => {
  it.each([
    ['image/jpeg', 'photo'],
    ['image/PNG', 'photo'],
    ['image/gif', 'animation'],
    ['image/svg+xml', 'document'],
    ['audio/ogg; codecs=opus', 'voice'],
    ['audio/mpeg', 'audio'],
    ['video/mp4', 'video'],
    ['application/pdf', 'document'],
    ['', 'document'],
  ])('%j is sent as %s', (mimeType, kind) => {
    expect(personsFile({ name: 'a', mimeType, bytes: Buffer.from('x') }).kind).toBe(kind);
  });

  const groups = (...kinds: Parameters<typeof intoAlbums>[0][number]['kind'][]): number[] =>
    intoAlbums(kinds.map((kind) => ({ kind }))).map(({ length }) => length);

  it('pictures and films are one album, and so are files of one kind', () => {
    expect(groups('photo', 'video', 'photo')).toEqual([3]);
    expect(groups('document', 'document', 'audio', 'audio', 'photo')).toEqual([2, 2, 1]);
    expect(groups('voice', 'voice', 'animation')).toEqual([1, 1, 1]);
  });

  it('an album holds ten', () => {
    expect(groups(...Array.from({ length: 12 }, () => 'photo' as const))).toEqual([10, 2]);
  });
});
