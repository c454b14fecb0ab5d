// Prints what failed, by name, and "N passed, N failed" over all test reports: a log of which only the end is kept still says
// what to mend. Called with the other steps that failed, a line each, and with each report's path without its extension:
// NAME.json is vitest's, NAME.code the exit code of the command that wrote it.
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

const [steps = '', ...reports] = process.argv.slice(2);
const failedSteps = steps.split('\n').filter((step) => step !== '');

function read(report) {
  const code = Number(readFileSync(`${report}.code`, 'utf8'));
  try {
    return { code, ...JSON.parse(readFileSync(`${report}.json`, 'utf8')) };
  } catch (error) {
    process.stdout.write(`${report}.json cannot be read: ${error.message}\n`);
    return {
      code: code || 1,
      numPassedTests: 0,
      numFailedTests: 0,
      numPendingTests: 0,
      numTodoTests: 0,
      testResults: [],
    };
  }
}

/** The first line of what was said, without the colours of a terminal. */
function firstLine(message = '') {
  return stripVTControlCharacters(message).split('\n')[0];
}

function count(report) {
  const { code, numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = read(report);
  // A file that cannot be loaded has no tests that could fail.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = numFailedTests + brokenFiles.length;
  const failedTests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages }) => `${name}: ${fullName}\n    ${firstLine(failureMessages[0])}`),
  );
  // What passed at its second try keeps why it failed at the first.
  const triedAgain = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status, failureMessages = [] }) => status === 'passed' && failureMessages.length > 0)
      .map(({ fullName, failureMessages }) => `${name}: ${fullName}\n    ${firstLine(failureMessages[0])}`),
  );
  // A command can also fail beside its tests: a set-up, or an error that no test caught.
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
    triedAgain,
    named: [
      ...failedTests,
      ...brokenFiles.map(({ name, message }) => `${name}: ${firstLine(message)}`),
      ...(failed === 0 && code !== 0 ? [`${report}: ended with ${code}, though no test of it failed`] : []),
    ],
  };
}

const sum = { passed: 0, failed: failedSteps.length, skipped: 0 };
for (const step of failedSteps) process.stdout.write(`failed: ${step}\n`);
for (const report of reports) {
  const counted = count(report);
  for (const name of counted.triedAgain) process.stdout.write(`passed when tried again: ${name}\n`);
  for (const name of counted.named) process.stdout.write(`failed: ${name}\n`);
  for (const key of Object.keys(sum)) sum[key] += counted[key];
}
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed${skipped}\n`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
