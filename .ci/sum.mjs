// Prints "N passed, N failed" over all test reports. Called with the number of other steps that failed, and with each
// report's path without its extension: NAME.json is vitest's, NAME.code the exit code of the command that wrote it.
import { readFileSync } from 'node:fs';

const [failedSteps = '0', ...reports] = process.argv.slice(2);

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

function count(report) {
  const { code, numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = read(report);
  // A file that cannot be loaded has no tests that could fail.
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  );
  const failed = numFailedTests + brokenFiles.length;
  // A command can also fail beside its tests: a set-up, or an error that no test caught.
  return {
    passed: numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: numPendingTests + numTodoTests,
  };
}

const sum = { passed: 0, failed: Number(failedSteps), skipped: 0 };
for (const report of reports) {
  const counted = count(report);
  for (const key of Object.keys(sum)) sum[key] += counted[key];
}
const skipped = sum.skipped > 0 ? `, ${sum.skipped} skipped` : '';
process.stdout.write(`${sum.passed} passed, ${sum.failed} failed${skipped}\n`);
process.exitCode = sum.failed > 0 || sum.passed === 0 ? 1 : 0;
