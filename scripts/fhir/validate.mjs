// Holds FHIR files against two validators of Node: medplum's (structure, types, times, invariants) and FHIR.js (structure, codes of required value sets).
//
//   find FOLDER -name '*.json' -print0 | node scripts/fhir/validate.mjs [--json]
//
// The files are Bundles, resources, or NDJSON of resources. Faults are named by place and rule; what stands there is left out. Ends with 1 if there are faults.
import { readFileSync } from 'node:fs';
import { faults, load, loadDefinitions, version } from './medplum.mjs';

const json = process.argv[2] === '--json';
const files = readFileSync(0, 'utf8').split('\0').filter(Boolean);
loadDefinitions();
const { Fhir } = load('fhir');
const fhir = new Fhir();

/** Texts in quotes may come from the paper. */
const wordless = (text) => String(text).replace(/"[^"]*"/g, '"…"').replace(/'[^']*'/g, "'…'");

function fhirJs(resource) {
  const issues = (value) => fhir.validate(value, { errorOnUnexpected: true }).messages.filter((each) => ['error', 'fatal'].includes(each.severity))
    .map((each) => ({ path: each.location || value.resourceType || '?', rule: each.message }));
  const whole = issues(resource);
  if (!whole.length || resource.resourceType !== 'Bundle') return whole;
  // In a Bundle it does not say which entry it means; each is asked for once more.
  const own = whole.filter((each) => each.path.startsWith('Bundle'));
  const inside = (resource.entry ?? []).flatMap((entry, at) =>
    entry.resource ? issues(entry.resource).map(({ path, rule }) => ({ path: `Bundle.entry[${at}].resource (${path})`, rule })) : []);
  return own.length + inside.length ? [...own, ...inside] : whole;
}

function* resources(file) {
  const text = readFileSync(file, 'utf8');
  if (file.endsWith('.ndjson')) {
    for (const line of text.split('\n')) if (line.trim()) yield JSON.parse(line);
  } else {
    yield JSON.parse(text);
  }
}

const validators = [
  { name: 'medplum', version: version('@medplum/core'), check: faults },
  { name: 'fhir.js', version: version('fhir'), check: fhirJs },
].map((each) => ({ ...each, bundles: 0, resources: 0, faults: [] }));

for (const file of files) {
  for (const validator of validators) {
    try {
      for (const resource of resources(file)) {
        if (resource.resourceType === 'Bundle') validator.bundles += 1;
        validator.resources += resource.resourceType === 'Bundle' ? (resource.entry ?? []).length : 1;
        validator.faults.push(...validator.check(resource).map(({ path, rule }) => ({ file, path, rule: wordless(rule) })));
      }
    } catch (error) {
      validator.faults.push({ file, path: '?', rule: error instanceof SyntaxError ? 'not JSON' : `the validator failed: ${wordless(error.message)}` });
    }
  }
}
for (const { check, ...validator } of validators) {
  if (json) {
    console.log(JSON.stringify(validator));
  } else {
    console.log(`${validator.name} ${validator.version}: ${validator.bundles} bundles, ${validator.resources} resources, ${validator.faults.length} faults`);
    for (const { file, path, rule } of validator.faults) console.log(`  ${file}: ${path}: ${rule}`);
  }
}
process.exitCode = validators.some((each) => each.faults.length) ? 1 : 0;
