/**
 * What a message carries besides its text, as a chat shows it: files, places and contacts.
 *
 * Of an animation, which is also a document, only the animation is shown; of a venue only the venue, not its location.
 */
import { isObject } from '../telegram-emulator/arguments.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface FileAttachment {
  readonly kind: 'photo' | 'video' | 'animation' | 'video_note' | 'audio' | 'voice' | 'sticker' | 'document';
  readonly fileId: string;
  readonly mimeType: string;
  /** Empty if the file has none. */
  readonly name: string;
  readonly sizeBytes: number;
  /** 0 if they are unknown. */
  readonly width: number;
  readonly height: number;
  readonly durationSeconds: number;
  /** A sticker's. */
  readonly emoji: string;
}

export interface PlaceAttachment {
  readonly kind: 'location' | 'venue';
  readonly latitude: number;
  readonly longitude: number;
  /** A venue's title and address. */
  readonly name: string;
}

export interface ContactAttachment {
  readonly kind: 'contact';
  readonly name: string;
  readonly phoneNumber: string;
}

export type Attachment = FileAttachment | PlaceAttachment | ContactAttachment;

const fileKinds = ['animation', 'video', 'video_note', 'audio', 'voice', 'sticker', 'document'] as const;

export function attachmentsOf(content: Fields): Attachment[] {
  const file = fileOf(content);
  if (file !== undefined) return [file];
  const { venue, location, contact } = content;
  if (isObject(venue)) return [venueOf(venue)];
  if (isObject(location)) return [placeOf('location', location, '')];
  return isObject(contact) ? [contactOf(contact)] : [];
}

function fileOf(content: Fields): FileAttachment | undefined {
  const photo = content['photo'];
  const largest: unknown = Array.isArray(photo) ? photo.at(-1) : undefined;
  if (isObject(largest)) return describe('photo', largest);
  const kind = fileKinds.find((known) => isObject(content[known]));
  return kind === undefined ? undefined : describe(kind, content[kind] as Fields);
}

function describe(kind: FileAttachment['kind'], file: Fields): FileAttachment {
  const side = number(file, 'length');
  return {
    kind,
    fileId: text(file, 'file_id'),
    mimeType: text(file, 'mime_type'),
    name: text(file, 'title') || text(file, 'file_name'),
    sizeBytes: number(file, 'file_size'),
    width: number(file, 'width') || side,
    height: number(file, 'height') || side,
    durationSeconds: number(file, 'duration'),
    emoji: text(file, 'emoji'),
  };
}

function venueOf(venue: Fields): PlaceAttachment {
  const location = venue['location'];
  const name = [text(venue, 'title'), text(venue, 'address')].filter((part) => part !== '').join(', ');
  return placeOf('venue', isObject(location) ? location : {}, name);
}

function placeOf(kind: PlaceAttachment['kind'], location: Fields, name: string): PlaceAttachment {
  return { kind, name, latitude: number(location, 'latitude'), longitude: number(location, 'longitude') };
}

function contactOf(contact: Fields): ContactAttachment {
  const name = [text(contact, 'first_name'), text(contact, 'last_name')].filter((part) => part !== '');
  return { kind: 'contact', name: name.join(' '), phoneNumber: text(contact, 'phone_number') };
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function number(fields: Fields, name: string): number {
  const value = fields[name];
  return typeof value === 'number' ? value : 0;
}
