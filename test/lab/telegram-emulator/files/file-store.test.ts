import { describe, expect, it } from 'vitest';
import { type FileKind, kindFacts } from '../../../../services/lab/telegram-emulator/files/file-kinds.ts';
import { cleanFileName } from '../../../../services/lab/telegram-emulator/files/file-name.ts';
import { FileStore, type StoredFile } from '../../../../services/lab/telegram-emulator/files/file-store.ts';
import { endingOf, mimeTypeOf } from '../../../../services/lab/telegram-emulator/files/mime-types.ts';

function add(store: FileStore, kind: FileKind = 'document', bytes = Buffer.from('x')): StoredFile {
  const { mimeType } = kindFacts(kind);
  const { file_id } = store.add([{ kind, bytes, mimeType }], ([shown = {}]) => shown);
  const file = store.find(String(file_id));
  if (file === undefined) throw new Error('the file is not kept');
  return file;
}

describe('file ids', () => {
  it('are opaque and begin as Telegram’s do', () => {
    const store = new FileStore(7, 'seed');
    expect(add(store, 'photo').fileId).toMatch(/^AgACAgIAAxkBA[\w-]{49}$/);
    expect(add(store, 'document').fileId).toMatch(/^BQACAgIAAxkBA[\w-]{49}$/);
    expect(add(store).uniqueId).toMatch(/^[\w-]{18}$/);
    expect(FileStore.isWellFormed(add(store).fileId)).toBe(true);
  });

  it('are different for each upload, and unknown to another bot', () => {
    const store = new FileStore(7, 'seed');
    const [one, other] = [add(store), add(store)];
    expect(one.fileId).not.toBe(other.fileId);
    const others = new FileStore(8, 'seed');
    expect(add(others).fileId).not.toBe(one.fileId);
    expect(others.find(one.fileId)).toBeUndefined();
  });

  it('end with 256 MiB of newer files', () => {
    const store = new FileStore(7, 'seed');
    const large = Buffer.alloc(2 ** 27);
    const [first, second, third] = [add(store), add(store, 'document', large), add(store, 'document', large)];
    expect(store.find(first.fileId)).toBeUndefined();
    expect(store.find(second.fileId)).toBeDefined();
    add(store);
    expect(store.find(second.fileId)).toBeUndefined();
    expect(store.find(third.fileId)).toBeDefined();
  });
});

describe('file paths', () => {
  it.each([
    ['photo', /^photos\/file_0\.jpg$/],
    ['document', /^documents\/file_0$/],
    ['voice', /^voice\/file_0\.oga$/],
    ['audio', /^music\/file_0\.mp3$/],
    ['video_note', /^video_notes\/file_0\.mp4$/],
    ['sticker', /^stickers\/file_0\.webp$/],
  ] as const)('name the kind: %s', (kind, path) => {
    const store = new FileStore(7, 'seed');
    expect(store.pathOf(add(store, kind))).toMatch(path);
  });

  it('are valid once given, and stay the same', () => {
    const store = new FileStore(7, 'seed');
    const [one, other] = [add(store), add(store)];
    expect(store.atPath('documents/file_0')).toBeUndefined();
    const path = store.pathOf(one);
    expect(store.pathOf(other)).not.toBe(path);
    expect(store.pathOf(one)).toBe(path);
    expect(store.atPath(path)).toBe(one);
  });
});

describe('file names', () => {
  it.each([
    ['report.pdf', 'report.pdf'],
    ['/etc/../report 1.pdf', 'report 1.pdf'],
    ['отчёт-№1.PDF', 'отчёт- 1.PDF'],
    ['a"b:c.t?xt', 'a b c.t xt'],
    ['a\r\nb.txt', 'ab.txt'],
    ['archive.tar.gz', 'archive.tar.gz'],
    ['.htaccess', 'htaccess'],
    ['', 'file'],
    ['...', 'file'],
    [`${'n'.repeat(80)}.txt`, `${'n'.repeat(64)}.txt`],
  ])('%j becomes %j', (given, kept) => {
    expect(cleanFileName(given)).toBe(kept);
  });

  it('tell the MIME type', () => {
    expect(mimeTypeOf('a.b.PDF')).toBe('application/pdf');
    expect(mimeTypeOf('constructor')).toBeUndefined();
    expect(mimeTypeOf('a.constructor')).toBeUndefined();
    expect(endingOf('image/jpeg')).toBe('jpg');
    expect(endingOf('x/y')).toBe('');
  });
});
