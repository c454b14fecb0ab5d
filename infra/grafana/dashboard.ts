/** What both dashboards are made of: Grafana's JSON model (schema 39, Grafana 11), no more of it than is used. */

/** Grafana's grid is 24 wide. */
const GRID = 24;

export type Panel = {
  readonly title: string;
  /** Shown at the panel's corner: what to do when it looks wrong. */
  readonly description: string;
  readonly type: 'stat' | 'timeseries' | 'state-timeline' | 'table';
  readonly width: 6 | 8 | 12 | 24;
  readonly unit: 'ms' | 's' | 'short' | 'percentunit' | 'reqps' | 'ops';
  readonly targets: readonly Readonly<Record<string, unknown>>[];
  /** From here on it is red, and drawn as a line. */
  readonly limit?: number;
  readonly stacked?: boolean;
  readonly max?: number;
  /** Of a number: all that is shown added up, and 0 where nothing is; otherwise the last value. */
  readonly total?: boolean;
};

export type Row = { readonly title: string; readonly height: number; readonly panels: readonly Panel[] };

type DashboardParts = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** The plugin whose data source the reader chooses at the top. */
  readonly source: 'cloudwatch' | 'prometheus';
  readonly variables: readonly Readonly<Record<string, unknown>>[];
  readonly rows: readonly Row[];
};

/** A dashboard to import: it names no data source and no id of its own. */
export function dashboard({ uid, title, description, source, variables, rows }: DashboardParts) {
  const datasource = { type: source, uid: `\${datasource}` };
  return {
    uid,
    title,
    description,
    tags: ['weightless'],
    schemaVersion: 39,
    editable: true,
    timezone: 'utc',
    time: { from: 'now-24h', to: 'now' },
    refresh: '1m',
    graphTooltip: 1,
    templating: {
      list: [
        { name: 'datasource', label: 'Data source', type: 'datasource', query: source },
        ...variables.map((variable) => ({ ...variable, ...(variable['type'] === 'query' ? { datasource } : {}) })),
      ],
    },
    panels: placed(rows).map(({ panel, ...place }, index) => ({
      id: index + 1,
      ...place,
      ...drawn(panel, datasource),
    })),
  };
}

type Placed = { readonly gridPos: Readonly<Record<'x' | 'y' | 'w' | 'h', number>>; readonly panel: Panel | string };

/** Rows below each other, each with its title, and the panels of one from left to right. */
function placed(rows: readonly Row[]): Placed[] {
  let y = 0;
  return rows.flatMap(({ title, height, panels }) => {
    const heading = { gridPos: { x: 0, y, w: GRID, h: 1 }, panel: title };
    y += 1;
    const lines = inLines(panels).flatMap((line) => {
      const top = y;
      y += height;
      return line.map(({ x, panel }) => ({ gridPos: { x, y: top, w: panel.width, h: height }, panel }));
    });
    return [heading, ...lines];
  });
}

function inLines(panels: readonly Panel[]): { x: number; panel: Panel }[][] {
  const lines: { x: number; panel: Panel }[][] = [];
  let x = GRID;
  for (const panel of panels) {
    if (x + panel.width > GRID) {
      lines.push([]);
      x = 0;
    }
    lines.at(-1)?.push({ x, panel });
    x += panel.width;
  }
  return lines;
}

function drawn(panel: Panel | string, datasource: object) {
  if (typeof panel === 'string') return { type: 'row', title: panel, collapsed: false, panels: [] };
  const { title, description, type, unit, targets, limit, stacked = false, max, total = false } = panel;
  const steps = [{ color: 'green', value: null }, ...(limit === undefined ? [] : [{ color: 'red', value: limit }])];
  const lines = {
    drawStyle: 'line',
    fillOpacity: stacked ? 60 : 8,
    lineWidth: 2,
    spanNulls: false,
    showPoints: 'auto',
    stacking: { mode: stacked ? 'normal' : 'none' },
    thresholdsStyle: { mode: limit === undefined ? 'off' : 'dashed' },
  };
  return {
    type,
    title,
    description,
    datasource,
    targets: targets.map((target, index) => ({ refId: String.fromCharCode(65 + index), datasource, ...target })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        ...(max === undefined ? {} : { max }),
        ...(total ? { noValue: '0' } : {}),
        thresholds: { mode: 'absolute', steps },
        ...(type === 'timeseries' ? { custom: lines } : {}),
      },
      overrides: [],
    },
    options: total ? TOTAL : OPTIONS[type],
  };
}

const STAT = { colorMode: 'value', graphMode: 'none' };
const TOTAL = { reduceOptions: { calcs: ['sum'] }, ...STAT };
const OPTIONS: Readonly<Record<Panel['type'], object>> = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, ...STAT },
  timeseries: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } },
  'state-timeline': { showValue: 'never', legend: { displayMode: 'list', placement: 'bottom' } },
  table: {},
};
