/**
 * What a message carries besides its text: pictures, sound, film, files, places and contacts.
 *
 * Sound and film are loaded when they are played.
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */
import { h } from '../dom.js';

const pictures = ['image/jpeg', 'image/png', 'image/gif', 'image/webp'];
/** A picture in a chat is no larger. */
const pictureSideMax = 260;

export function attachmentsView(attachments, t) {
  return attachments.map((attachment) => h('div', { class: 'attachment' }, attachmentView(attachment, t)));
}

function attachmentView(attachment, t) {
  switch (attachment.kind) {
    case 'photo':
      return picture(attachment, t.media.photo);
    case 'animation':
    case 'video':
    case 'video_note':
      // A GIF is a picture to the browser.
      return pictures.includes(attachment.mimeType)
        ? picture(attachment, t.media.animation)
        : film(attachment, t);
    case 'sticker':
      return sticker(attachment, t);
    case 'audio':
    case 'voice':
      return sound(attachment, t);
    case 'location':
    case 'venue':
      return place(attachment, t);
    case 'contact':
      return contact(attachment, t);
    default:
      return fileLink(attachment, t);
  }
}

/** A picture's label says its size, for those who do not see it. */
function picture({ fileId, width, height }, label) {
  const scale = Math.min(1, pictureSideMax / Math.max(width, height, 1));
  const sides = { width: Math.round(width * scale) || null, height: Math.round(height * scale) || null };
  const image = h('img', { src: addressOf(fileId), alt: `${label} ${width} × ${height}`, ...sides });
  return h('a', { href: addressOf(fileId), target: '_blank', rel: 'noopener' }, image);
}

function film({ fileId, kind, durationSeconds }, t) {
  const label =
    kind === 'video_note' ? t.media.videoNote : kind === 'animation' ? t.media.animation : t.media.video;
  return [
    caption('▶', label, durationSeconds),
    h('video', { src: addressOf(fileId), controls: true, preload: 'none', 'aria-label': label }),
  ];
}

function sound({ fileId, kind, name, durationSeconds }, t) {
  const label = kind === 'voice' ? t.media.voice : name || t.media.audio;
  return [
    caption(kind === 'voice' ? '🎤' : '♫', label, durationSeconds),
    h('audio', { src: addressOf(fileId), controls: true, preload: 'none', 'aria-label': label }),
  ];
}

function sticker(attachment, t) {
  const label = `${t.media.sticker} ${attachment.emoji}`.trim();
  const isPicture = attachment.mimeType === '' || pictures.includes(attachment.mimeType);
  return isPicture ? picture(attachment, label) : h('p', {}, label);
}

function place({ kind, name, latitude, longitude }, t) {
  const point = `${latitude}, ${longitude}`;
  const href = `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
  const label = kind === 'venue' && name !== '' ? name : t.media.location;
  return h(
    'p',
    {},
    h('span', { 'aria-hidden': 'true' }, '📍 '),
    `${label}: `,
    h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, point),
  );
}

function contact({ name, phoneNumber }, t) {
  return h(
    'p',
    {},
    h('span', { 'aria-hidden': 'true' }, '👤 '),
    `${t.media.contact}: ${name}, ${phoneNumber}`,
  );
}

function fileLink({ fileId, name, sizeBytes }, t) {
  const label = name || t.media.document;
  return h(
    'p',
    {},
    h('span', { 'aria-hidden': 'true' }, '📄 '),
    h('a', { href: addressOf(fileId), download: label }, label),
    h('small', {}, ` ${t.media.size(sizeBytes)}`),
  );
}

function caption(sign, label, durationSeconds) {
  const minutes = Math.floor(durationSeconds / 60);
  const length = `${minutes}:${String(durationSeconds % 60).padStart(2, '0')}`;
  return h(
    'p',
    {},
    h('span', { 'aria-hidden': 'true' }, `${sign} `),
    durationSeconds > 0 ? `${label}, ${length}` : label,
  );
}

function addressOf(fileId) {
  return `/api/chat/file?id=${encodeURIComponent(fileId)}`;
}
