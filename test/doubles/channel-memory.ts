import type { ChannelMemory } from '#shared/ports/notification-log.ts';

/** What a channel remembers, as the table would keep it. */
export function channelMemory(): ChannelMemory {
  const kept = new Map<string, string>();
  return {
    read: async (topic) => kept.get(topic),
    async keep(topic, value) {
      if (!kept.has(topic)) kept.set(topic, value);
    },
    async raise(topic, value) {
      if ((kept.get(topic) ?? '') < value) kept.set(topic, value);
    },
  };
}
