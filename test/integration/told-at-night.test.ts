import { beforeAll, describe, expect, it } from 'vitest';
import { type BusEvent, parseBusEvent } from '#shared/contracts/bus-event.ts';
import { toCloudEvent } from '#shared/contracts/cloud-event.ts';
import { ROLLBACK_EVENT_TYPES, type RollbackEventType } from '#shared/contracts/events.ts';
import { readNotice } from '#shared/contracts/read-notice.ts';
import { formatGoogleChat } from '#shared/domain/notify/format-google-chat.ts';
import { pagerdutyCalls } from '#shared/domain/notify/format-pagerduty.ts';
import { formatSlack } from '#shared/domain/notify/format-slack.ts';
import { formatSms, formatSns } from '#shared/domain/notify/format-sns.ts';
import { formatTeams } from '#shared/domain/notify/format-teams.ts';
import { formatText } from '#shared/domain/notify/format-text.ts';
import type { Notice } from '#shared/domain/notify/notice.ts';
import { aBusMessage } from '#test/builders/bus-message.ts';
import { PAGE_URL } from '#test/builders/news.ts';
import { NIGHTS } from '#test/doubles/nights.ts';
import { openAlerts } from '#test/doubles/open-alerts.ts';

/** The night in which each type says most. */
const NIGHT_OF: Readonly<Record<RollbackEventType, keyof typeof NIGHTS>> = {
  RollbackCompleted: 'a whole incident',
  RollbackSuggested: 'contested',
  RollbackSkipped: 'at zero already',
  RollbackRefused: 'resolved after a refusal',
  RollbackFailed: 'not allowed',
  RollbackSlaBreached: 'too late',
  RollbackReverted: 'left to a person',
  RollbackReasserted: 'a whole incident',
  RollbackRestored: 'by people',
  HoldReleased: 'a whole incident',
  RollbackUnverified: 'a whole incident',
  RollbackVerified: 'a whole incident',
  AlertResolved: 'resolved after a refusal',
};

type News = { readonly event: BusEvent; readonly notice: Notice };
const nights = new Map<string, readonly News[]>();

beforeAll(async () => {
  for (const [name, night] of Object.entries(NIGHTS)) {
    const events = await night();
    nights.set(
      name,
      events.map((event) => {
        const parsed = parseBusEvent(aBusMessage(event));
        if (parsed.kind !== 'event') throw new Error(parsed.problem);
        return { event: parsed.event, notice: readNotice(parsed.event, { pageUrl: PAGE_URL }) };
      }),
    );
  }
});

function newsOf(type: RollbackEventType): News {
  const found = nights.get(NIGHT_OF[type])?.find(({ event }) => event.type === type);
  if (!found) throw new Error(`There is no ${type} in the night ${NIGHT_OF[type]}`);
  return found;
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;

describe.each(ROLLBACK_EVENT_TYPES)('%s, as the service tells it', (type) => {
  it('is shown in Slack', async () => {
    await expect(json(formatSlack(newsOf(type).notice))).toMatchFileSnapshot(`told/${type}.slack.json`);
  });

  it('is told to PagerDuty', async () => {
    await expect(json(pagerdutyCalls(newsOf(type).notice))).toMatchFileSnapshot(`told/${type}.pagerduty.json`);
  });
});

describe.each<RollbackEventType>(['RollbackCompleted', 'RollbackFailed', 'RollbackReverted'])(
  '%s, as the service tells it',
  (type) => {
    it.each<[string, (news: News) => string]>([
      ['teams.json', ({ notice }) => json(formatTeams(notice))],
      ['google-chat.json', ({ notice }) => json(formatGoogleChat(notice))],
      ['sns.json', ({ notice }) => json(formatSns(notice))],
      ['sms.txt', ({ notice }) => `${formatSms(notice)}\n`],
      ['cloud-event.json', ({ event }) => json(toCloudEvent(event, 'prod'))],
    ])('is told as %s', async (format, told) => {
      await expect(told(newsOf(type))).toMatchFileSnapshot(`told/${type}.${format}`);
    });
  },
);

describe('a night', () => {
  it.each(Object.keys(NIGHTS))('of which one is %s is told from its beginning to its end', async (name) => {
    const told = nights
      .get(name)
      ?.map(({ event, notice }) => `## ${event.type}, ${notice.severity}, ${notice.time}\n\n${formatText(notice)}`);

    expect(told).not.toEqual([]);
    await expect(told?.join('\n')).toMatchFileSnapshot(`told/${name.replace(',', '').replaceAll(' ', '-')}.txt`);
  });

  it.each(['left to a person', 'contested'])('of which one is %s leaves an alert of PagerDuty open', async (name) => {
    expect(await openAlerts(nights.get(name) ?? [])).toHaveLength(1);
  });

  it.each(['resolved after a refusal', 'by hand, and put back'])(
    'of which one is %s ends the alert that it opened, at last',
    async (name) => {
      const told = nights.get(name) ?? [];

      expect(await openAlerts(told.slice(0, -1))).toHaveLength(1);
      expect(await openAlerts(told)).toEqual([]);
    },
  );

  it('in which all went as it should leaves no alert of PagerDuty open', async () => {
    expect(await openAlerts(nights.get('a whole incident') ?? [])).toEqual([]);
  });
});
