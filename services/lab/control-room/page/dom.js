/**
 * Creates elements, and updates the page to match them.
 *
 * Touches only what differs, so that focus, scroll position, selection and opened details stay. Does not carry over
 * listeners: the page listens at its root (`data-do`).
 *
 * Tested by: test/e2e/control-room.long.test.ts
 */

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [properties] attributes; `key` identifies an element among its siblings; `style`
 *   is an object; null and undefined leave an attribute out, and so does false, except for aria and data
 * @param {...(Node | string | number | null | undefined | false | (Node | string)[])} children
 * @returns {HTMLElement}
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (/^(aria|data)-/.test(name)) element.setAttribute(name, String(value));
    else if (value === false) continue;
    else if (name === 'key') element.dataset.key = String(value);
    else if (name === 'style') Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}

/**
 * Makes `wanted` the children of `parent`.
 * @param {Element} parent
 * @param {Node[]} wanted
 */
export function show(parent, wanted) {
  const keyed = new Map();
  for (const child of parent.children)
    if (child.dataset?.key !== undefined) keyed.set(child.dataset.key, child);
  let place = parent.firstChild;
  for (const node of wanted) {
    const key = node.nodeType === Node.ELEMENT_NODE ? node.dataset.key : undefined;
    const known = key === undefined ? place : keyed.get(key);
    if (known && isSame(known, node)) {
      if (known === place) place = place.nextSibling;
      else parent.insertBefore(known, place);
      adapt(known, node);
    } else parent.insertBefore(node, place);
  }
  while (place !== null) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function isSame(known, wanted) {
  return known.nodeName === wanted.nodeName && known.dataset?.key === wanted.dataset?.key;
}

function adapt(known, wanted) {
  if (known.nodeType !== Node.ELEMENT_NODE) {
    if (known.data !== wanted.data) known.data = wanted.data;
    return;
  }
  for (const { name } of [...known.attributes]) {
    if (!wanted.hasAttribute(name) && !isUsers(known, name)) known.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name !== 'style' && !isUsers(known, name) && known.getAttribute(name) !== value) {
      known.setAttribute(name, value);
    }
  }
  // Moving bars get their style from moving-bars.js.
  if (known.dataset.rate === undefined && known.style.cssText !== wanted.style.cssText) {
    known.style.cssText = wanted.style.cssText;
  }
  show(known, [...wanted.childNodes]);
}

/** Set by the user, not by the page. */
function isUsers({ nodeName }, attribute) {
  return (nodeName === 'DETAILS' && attribute === 'open') || (nodeName === 'INPUT' && attribute === 'value');
}
