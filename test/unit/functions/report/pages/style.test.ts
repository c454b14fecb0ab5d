import { describe, expect, it } from 'vitest';
import { STYLE } from '#functions/report/pages/style.ts';

/** The colours of the light theme, and those that the dark one has instead. */
const [LIGHT = {}, dark = {}] = [...STYLE.matchAll(/:root \{([^}]*)\}/g)].map(([, block = '']) =>
  Object.fromEntries(
    [...block.matchAll(/--(\w+): (#[0-9a-f]{3,6})/g)].map(([, name = '', colour = '']) => [name, colour]),
  ),
);
const THEMES = [
  ['light', LIGHT],
  ['dark', { ...LIGHT, ...dark }],
] as const;

describe.each(THEMES)('the %s theme', (_name, colours) => {
  it.each(['ink', 'soft', 'link', 'good', 'bad', 'warn'])(
    'has %s as text that reads on either ground (WCAG AA)',
    (name) => {
      const ratios = ['paper', 'tint'].map((ground) => contrast(colours[name] ?? '', colours[ground] ?? ''));

      expect(Math.min(...ratios)).toBeGreaterThanOrEqual(4.5);
    },
  );

  it.each(['main', 'bad', 'soft'])('has %s as a mark that is seen on paper', (name) => {
    expect(contrast(colours[name] ?? '', colours['paper'] ?? '')).toBeGreaterThanOrEqual(3);
  });
});

it('prints the light theme', () => {
  expect(STYLE).toContain('@media screen and (prefers-color-scheme: dark)');
});

/** As WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [more = 0, less = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (more + 0.05) / (less + 0.05);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? colour.replaceAll(/[0-9a-f]/g, '$&$&') : colour;
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
