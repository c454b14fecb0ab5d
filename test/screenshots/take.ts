import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { startHttpServer } from '#cli/local/http-server.ts';
import { CONTENT_SECURITY_POLICY } from '#functions/report/pages/document.ts';
import { pathOf } from '#shared/runtime/http.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { pageStates } from './page-states.ts';

/** `npm run screenshots`: those that the docs show. `npm run screenshots -- all FOLDER`: every state in every view, to look at. */
const VIEWS = {
  desktop: { width: 1000, dark: false },
  dark: { width: 1000, dark: true },
  phone: { width: 360, dark: false },
  'dark phone': { width: 360, dark: true },
} as const;
type View = keyof typeof VIEWS;

const KEPT: readonly { state: string; view: View; name: string; atMost: number }[] = [
  { state: 'report', view: 'desktop', name: 'report', atMost: 1100 },
  { state: 'report', view: 'phone', name: 'report-phone', atMost: 1300 },
  { state: 'report-quarter', view: 'dark', name: 'report-dark', atMost: 1000 },
  { state: 'rollback', view: 'desktop', name: 'rollback', atMost: 1000 },
];

const DataSchema = z.object({ data: z.string() });
const MetricsSchema = z.object({ contentSize: z.object({ width: z.number(), height: z.number() }) });

const WideSchema = z.object({ result: z.object({ value: z.array(z.string()) }) });
/** What stands out of the window to the right, or cuts off what it holds; what scrolls may. */
const TOO_WIDE = `[...document.querySelectorAll('body *')]
  .filter((one) => !one.closest('.aside, .scroll, details:not([open]), svg'))
  .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 || one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== 'inline')
  .slice(0, 5).map((one) => one.tagName + ' ' + one.textContent.trim().slice(0, 60))`;

const pages = pageStates();
const server = await startHttpServer(async (event) => {
  const body = pages[pathOf(event).slice(1)];
  const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': CONTENT_SECURITY_POLICY };
  return body ? { statusCode: 200, headers, body } : { statusCode: 404, body: '' };
}, 0);
const browser = await startChromium();
try {
  const [which, folder = 'docs/screenshots'] = process.argv.slice(2);
  await mkdir(folder, { recursive: true });
  if (which === 'all') await takeAll(browser, folder);
  else
    for (const { state, view, name, atMost } of KEPT)
      await take(browser, { state, view, file: join(folder, `${name}.png`), atMost });
  for (const complaint of browser.complaints.filter((one) => !one.includes('favicon'))) console.error(complaint);
} finally {
  await browser.stop();
  await server.close();
}

async function takeAll(chromium: Chromium, folder: string) {
  for (const state of Object.keys(pages)) {
    for (const view of Object.keys(VIEWS) as View[]) {
      await take(chromium, { state, view, file: join(folder, `${state}-${view.replace(' ', '-')}.png`), atMost: 9000 });
    }
    const { data } = DataSchema.parse(
      await chromium.call('Page.printToPDF', { preferCSSPageSize: true, printBackground: false }),
    );
    await writeFile(join(folder, `${state}.pdf`), data, 'base64');
  }
}

async function take(chromium: Chromium, shot: { state: string; view: View; file: string; atMost: number }) {
  const { width, dark } = VIEWS[shot.view];
  await chromium.call('Emulation.setDeviceMetricsOverride', {
    width,
    height: 800,
    deviceScaleFactor: 1,
    mobile: width < 500,
  });
  await chromium.call('Emulation.setEmulatedMedia', {
    features: [{ name: 'prefers-color-scheme', value: dark ? 'dark' : 'light' }],
  });
  const loaded = chromium.next('Page.loadEventFired');
  await chromium.call('Page.navigate', { url: `${server.url}/${shot.state}` });
  await loaded;
  const { contentSize } = MetricsSchema.parse(await chromium.call('Page.getLayoutMetrics'));
  const wide = WideSchema.parse(await chromium.call('Runtime.evaluate', { expression: TOO_WIDE, returnByValue: true }));
  if (wide.result.value.length > 0) console.error(`${shot.file}: wider than the window: ${wide.result.value}`);
  const { data } = DataSchema.parse(
    await chromium.call('Page.captureScreenshot', {
      captureBeyondViewport: true,
      clip: { x: 0, y: 0, width, height: Math.min(contentSize.height, shot.atMost), scale: 1 },
    }),
  );
  await writeFile(shot.file, data, 'base64');
}
