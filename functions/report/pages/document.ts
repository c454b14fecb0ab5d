import { createHash } from 'node:crypto';
import { type Html, html } from '#shared/runtime/html.ts';
import { PATTERNS } from './charts/figure.ts';
import { STYLE } from './style.ts';
import { time } from './words.ts';

/** No script, no style but ours, no other origin, nobody's frame: labels come from outside. */
export const CONTENT_SECURITY_POLICY: string = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

type DocumentParts = {
  readonly title: string;
  /** Beside the brand, at the top. */
  readonly nav: Html;
  readonly body: Html;
  readonly foot?: Html;
  readonly now: number;
};

/** What all pages have around their content. */
export function document({ title, nav, body, foot, now }: DocumentParts): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Weightless</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
${PATTERNS}<header class="top">
<div class="brand"><a href="/">Weightless</a></div>
${nav}
</header>
<main>
${body}</main>
<footer>
<p>As of ${time(now)}. All times and days are UTC.</p>
${foot ?? ''}</footer>
</body>
</html>
`;
}
