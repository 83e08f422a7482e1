import { describe, expect, it } from 'vitest';
import { Html, html } from '../../../../functions/release-lock/pages/html.ts';

describe('html', () => {
  it('escapes every value', () => {
    expect(html`<p title="${`"'`}">${'<b>&'}</p>`.text).toBe('<p title="&quot;&#39;">&lt;b&gt;&amp;</p>');
  });

  it('inserts HTML, lists of HTML and numbers as they are, and nothing for undefined', () => {
    expect(html`${html`<b>1</b>`}${[html`<i>2</i>`, html`<i>3</i>`]}${4}${undefined}`.text).toBe(
      '<b>1</b><i>2</i><i>3</i>4',
    );
    expect(html`<style>${new Html('a>b{}')}</style>`.text).toBe('<style>a>b{}</style>');
  });
});
