#!/bin/bash
# All set-up and all tests: npm test. Ends with the test runner's own summary.
set -euo pipefail
cd "$(dirname "$0")/../.."

[ -d node_modules ] || npm ci
tests/helpers/setup.sh
npm run -s build
npm run -s format:check
npm run -s lint
npm run -s types
npm run -s dead
exec node --import tsx --test --test-concurrency=2 \
    --test-reporter=spec --test-reporter-destination=stdout \
    --test-reporter=./tests/helpers/no-skips.mjs --test-reporter-destination=stderr \
    tests/unit.ts tests/kernel/*.test.ts tests/packages/*/*.test.ts tests/kernel-install/*.test.ts \
    tests/robustness/*.test.ts tests/boot/*.test.ts
