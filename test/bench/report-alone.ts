import { benchStore } from './report-store.ts';
import { WORK } from './report-work.ts';

/**
 * `node test/bench/report-alone.ts WORK ENDPOINT TABLE`: does one of them a few times in a process of its own, and prints
 * the most that it was resident, in KB.
 */
const ROUNDS = 3;

const [name = '', endpoint = '', table = ''] = process.argv.slice(2);
const work = Object.entries(WORK).find(([one]) => one === name)?.[1];
if (!work) throw new Error(`There is no work ${name}`);
const store = benchStore(endpoint, table);
for (let round = 0; round < ROUNDS; round += 1) await work(store);
console.log(process.resourceUsage().maxRSS);
store.close();
