// medplum's memory repository with what a server needs besides: an index, a way back, and identifiers left as they are.
import { load } from './medplum.mjs';

const { MemoryRepository } = load('@medplum/fhir-router');

/** What stands for `urn:uuid:` in identifiers while a bundle is resolved: a character that FHIR does not allow in a string. */
const SHIELD = '\u0001uuid:';

/** Calls `change` for each Identifier below a value: an object with `system` and `value` under a key that names one. */
function identifiers(value, change, key = '') {
  if (Array.isArray(value)) return value.forEach((item) => identifiers(item, change, key));
  if (!value || typeof value !== 'object') return undefined;
  if (/identifier$/i.test(key) && typeof value.value === 'string') change(value);
  return Object.entries(value).forEach(([name, inner]) => identifiers(inner, change, name));
}

export class Store extends MemoryRepository {
  /** Type, parameter and `system|value` to the ids of those resources. */
  index = new Map();

  /** Whether `Type/id` is there. */
  has(reference) {
    const [type, id] = reference.split('/');
    return Boolean(this.resources.get(type)?.has(id));
  }

  /** Keeps identifiers of a bundle from being resolved as references. */
  shield(bundle) {
    identifiers(bundle, (identifier) => {
      identifier.value = identifier.value.replaceAll('urn:uuid:', SHIELD);
    });
    return bundle;
  }

  /** The state, for `restore`. Resources are never changed in place, so the maps are enough. */
  snapshot() {
    const copy = (maps, item) => new Map([...maps].map(([type, map]) => [type, new Map([...map].map(([id, value]) => [id, item(value)]))]));
    return { resources: copy(this.resources, (r) => r), history: copy(this.history, (versions) => [...versions]) };
  }

  restore({ resources, history }) {
    this.resources.clear();
    resources.forEach((map, type) => this.resources.set(type, map));
    this.history.clear();
    history.forEach((map, type) => this.history.set(type, map));
    this.index.clear();
    this.resources.forEach((map) => map.forEach((resource) => this.enter(resource)));
  }

  /** The keys under which a resource is found. */
  keys(resource) {
    const tokens = (list) => [list ?? []].flat().flatMap((item) => {
      const value = item.value ?? item.code;
      return value === undefined ? [] : [`${item.system ?? ''}|${value}`];
    });
    return [
      ...tokens(resource.identifier).map((token) => `${resource.resourceType} identifier ${token}`),
      ...tokens(resource.meta?.tag).map((token) => `${resource.resourceType} _tag ${token}`),
    ];
  }

  enter(resource) {
    for (const key of this.keys(resource)) {
      if (!this.index.has(key)) this.index.set(key, new Set());
      this.index.get(key).add(resource.id);
    }
  }

  createResourceSync(resource, options, update) {
    identifiers(resource, (identifier) => {
      identifier.value = identifier.value.replaceAll(SHIELD, 'urn:uuid:');
    });
    const created = super.createResourceSync(resource, options, update);
    this.enter(created);
    return created;
  }

  /** Searches among what the index leaves. Its entries may be stale, so every candidate is still held against all filters. */
  searchSync(request) {
    const type = request.resourceType;
    const all = this.resources.get(type);
    const exact = request.filters?.find((filter) =>
      (filter.code === 'identifier' || filter.code === '_tag') && filter.operator === 'eq' && /^[^|,]+\|[^|,]+$/.test(filter.value));
    const byId = request.filters?.find((filter) => filter.code === '_id' && filter.operator === 'eq' && !filter.value.includes(','));
    if (!all || !(exact || byId)) return super.searchSync(request);
    const ids = exact ? (this.index.get(`${type} ${exact.code} ${exact.value}`) ?? []) : [byId.value];
    const few = new Map([...ids].filter((id) => all.has(id)).map((id) => [id, all.get(id)]));
    this.resources.set(type, few);
    try {
      return super.searchSync(request);
    } finally {
      this.resources.set(type, all);
    }
  }
}
