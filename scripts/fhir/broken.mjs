// Writes one broken bundle for each fault below, each made of a good bundle by one change:
//
//   node scripts/fhir/broken.mjs FOLDER_OF_GOOD_BUNDLES OUT_FOLDER
//
// A fault takes the first bundle (by name) that it can be made in; the file bears the fault's name. Prints the names, and ends with 1 if a fault found no bundle.
// tests/fhir_valid.rs says which validator sees which fault.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A change of the first resource of a type (for which `when` holds). */
const first = (type, change, when = () => true) => (bundle) => {
  const entry = bundle.entry.find((each) => each.resource.resourceType === type && when(each.resource));
  if (!entry) return false;
  change(entry.resource, entry, bundle);
  return true;
};
const measured = (resource) => resource.valueQuantity?.code;
const urnOf = (bundle, type) => bundle.entry.find((each) => each.resource.resourceType === type)?.fullUrl;

export const FAULTS = {
  // Elements that R4 demands.
  'no-code': first('Observation', (r) => delete r.code),
  'no-status': first('DocumentReference', (r) => delete r.status),
  'no-agent': first('Provenance', (r) => delete r.agent),
  'no-target': first('Provenance', (r) => { r.target = []; }),
  'no-request-method': first('Patient', (r, entry) => delete entry.request.method),
  // Codes of required value sets.
  'status-not-a-code': first('Observation', (r) => { r.status = 'done'; }),
  'gender-not-a-code': first('Patient', (r) => { r.gender = 'M'; }),
  'doc-status-not-a-code': first('DocumentReference', (r) => { r.docStatus = 'draft'; }),
  'bundle-type-not-a-code': (bundle) => { bundle.type = 'transactions'; return true; },
  // Types.
  'number-for-date': first('Patient', (r) => { r.birthDate = 19700101; }),
  'text-for-decimal': first('Observation', (r) => { r.valueQuantity.value = '120'; }, measured),
  'object-for-array': first('Patient', (r) => { r.name = { family: 'Doe' }; }),
  'array-for-object': first('Observation', (r) => { r.code = [r.code]; }),
  'negative-size': first('DocumentReference', (r) => { r.content[0].attachment.size = -1; }),
  'bad-base64': first('DocumentReference', (r) => { r.content[0].attachment.hash = '***'; }),
  'bad-id': first('Patient', (r) => { r.id = 'has spaces'; }),
  'empty-text': first('Patient', (r) => { r.name = [{ family: '' }]; }),
  'empty-array': first('Patient', (r) => { r.name = []; }),
  'null-in-array': first('Patient', (r) => { r.name = [{ family: 'Doe', given: [null] }]; }),
  // Times.
  'month-13': first('Patient', (r) => { r.birthDate = '1999-13-01'; }),
  'february-30': first('Patient', (r) => { r.birthDate = '1999-02-30'; }),
  'day-for-instant': first('Provenance', (r) => { r.recorded = '2026-11-25'; }),
  'time-without-zone': first('Encounter', (r) => { r.period = { start: '2020-01-01T10:00:00' }; }),
  'period-backwards': first('Encounter', (r) => { r.period = { start: '2020-01-02', end: '2020-01-01' }; }),
  // Elements that are none, or one too many.
  'unknown-element': first('Patient', (r) => { r.birthday = '1999-01-01'; }),
  'two-values': first('Observation', (r) => { r.valueString = 'x'; }, measured),
  'extension-without-url': first('Patient', (r) => { r.extension = [{ valueString: 'x' }]; }),
  'extension-without-value': first('Patient', (r) => { r.extension = [{ url: 'http://example.org/x' }]; }),
  'unknown-resource': first('Patient', (r) => { r.resourceType = 'Pateint'; }),
  // Invariants.
  'obs-6': first('Observation', (r) => { r.dataAbsentReason = { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/data-absent-reason', code: 'unknown' }] }; }, measured),
  'ait-1': first('AllergyIntolerance', (r) => delete r.clinicalStatus),
  'qty-3': first('Observation', (r) => delete r.valueQuantity.system, measured),
  'bdl-3': first('Patient', (r, entry) => delete entry.request),
  'bdl-7': first('Provenance', (r, entry, bundle) => { entry.fullUrl = urnOf(bundle, 'Patient'); entry.resource = structuredClone(bundle.entry.find((e) => e.fullUrl === entry.fullUrl).resource); }),
  // What only the whole tells.
  'dangling-reference': first('DocumentReference', (r) => { r.subject.reference = 'urn:uuid:00000000-0000-4000-8000-000000000000'; }),
  'reference-to-wrong-type': first('DocumentReference', (r, entry, bundle) => { r.subject.reference = urnOf(bundle, 'Device'); }),
  'relative-reference-to-wrong-type': first('DocumentReference', (r) => { r.subject.reference = 'Device/1'; }),
  'target-element-nowhere': first('Provenance', (r) => { r.target[0].extension[0].valueUri = 'name-9'; }, (r) => r.target[0].extension),
  'condition-of-another': first('Patient', (r, entry) => { entry.request.ifNoneExist = 'identifier=urn:chartlift:resource|another'; }),
  'condition-with-question-mark': first('Patient', (r, entry) => { entry.request.ifNoneExist = `?${entry.request.ifNoneExist}`; }),
  // Units.
  'ucum-unknown': first('Observation', (r) => { r.valueQuantity.code = 'mgs/dl'; }, measured),
  'ucum-case': first('Observation', (r) => { r.valueQuantity.code = 'MMHG'; }, measured),
};

const [good, out] = process.argv.slice(2);
if (good && out) {
  const files = readdirSync(good, { recursive: true }).map(String).filter((name) => name.endsWith('.json')).sort();
  mkdirSync(out, { recursive: true });
  let missed = 0;
  for (const [name, change] of Object.entries(FAULTS)) {
    const made = files.some((file) => {
      const bundle = JSON.parse(readFileSync(join(good, file), 'utf8'));
      if (!change(bundle)) return false;
      writeFileSync(join(out, `${name}.json`), JSON.stringify(bundle, null, 1));
      return true;
    });
    console.log(made ? name : `${name}: no bundle that it can be made in`);
    if (!made) missed += 1;
  }
  process.exitCode = missed ? 1 : 0;
} else {
  console.error('usage: node scripts/fhir/broken.mjs FOLDER_OF_GOOD_BUNDLES OUT_FOLDER');
  process.exitCode = 2;
}
