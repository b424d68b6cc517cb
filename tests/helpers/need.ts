import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/**
 * True where a test can run here. Where it cannot, it is skipped and says why; in CI nothing may be
 * skipped, so there it fails.
 */
export function need(t: TestContext, condition: unknown, why: string): boolean {
  if (condition) return true;
  t.skip(skipFor(why));
  return false;
}

/** The reason to give to `skip`, for tests that know before they start. In CI it fails. */
export function skipFor(why: string): string {
  if (process.env['CI'] === 'true') assert.fail(`This test may not be skipped in CI: ${why}`);
  return why;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
