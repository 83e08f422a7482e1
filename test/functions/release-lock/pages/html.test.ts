import { describe, expect, it } from 'vitest';
import { Html, html } from '../../../../functions/release-lock/pages/html.ts';

describe('html', () => {
  it('escapes every value', () => {
    expect(html`<p title="${`"'`}">${'<b>&'}</p>`.text).toBe('<p title="&quot;&#39;">&lt;b&gt;&amp;</p>');
  });

  it('writes out marks that reorder or hide text, and terminal codes', () => {
    expect(html`<p>${'evil \u202egpj.exe\u200b\u001b[2K\n'}</p>`.text).toBe(
      '<p>evil \\u202egpj.exe\\u200b\\u001b[2K\n</p>',
    );
  });

  it('inserts HTML, lists of HTML and numbers as they are, and nothing for undefined', () => {
    expect(html`${html`<b>1</b>`}${[html`<i>2</i>`, html`<i>3</i>`]}${4}${undefined}`.text).toBe(
      '<b>1</b><i>2</i><i>3</i>4',
    );
    expect(html`<style>${new Html('a>b{}')}</style>`.text).toBe('<style>a>b{}</style>');
  });
});
