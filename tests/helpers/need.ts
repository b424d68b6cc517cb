import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

/**
 * Whether a test can run here. Where it cannot, it is skipped and says why; in CI nothing may be
 * skipped, so there it fails.
 */
export function need(t: TestContext, condition: unknown, why: string): boolean {
  if (condition) return true;
  if (process.env['CI'] === 'true') assert.fail(`This test may not be skipped in CI: ${why}`);
  t.skip(why);
  return false;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}
