// A FHIR R4 server for tests, on loopback, in memory: medplum's router and repository behind Node's http.
//
//   node scripts/fhir/server.mjs [PORT]      prints `listening on http://127.0.0.1:PORT/fhir`, ends with SIGTERM
//
// What medplum gives: reads, searches, conditional creates and updates, batches, resolved urn:uuid. What stands here, because its memory repository lacks it:
//   * Requests that may write run one after another, so that "search, then create" is one step. A server with a real database does so by its transactions.
//   * A transaction is all or nothing: everything in it is validated before anything is written, and an entry that fails takes the rest back.
//   * Only references, uri, url and narrative are resolved. medplum rewrites any text that holds a known urn:uuid, identifiers too; those are kept from it.
//   * Searches for an identifier, a tag or an id use an index.
//   * ETag, Location and Last-Modified, 201 for what a PUT creates, raw Binaries both ways, /metadata.
// What it lacks: US Core's profiles, required bindings, searches across references, persistence.
//
// Environment, for tests that need a difficult server:
//   FHIR_TOKEN=T             answers 401 without `Authorization: Bearer T`
//   FHIR_FAULT_EVERY=N       every Nth request gets FHIR_FAULT_STATUS (503) and nothing is done; FHIR_RETRY_AFTER=S adds that header
//   FHIR_DROP_EVERY=N        every Nth writing request is carried out and its connection closed without an answer
//   FHIR_DELAY_MS=N          each answer waits so long
//   FHIR_REFUSE=TYPE         resources of the type are refused with 422
//   FHIR_TRANSACTIONS=off    bundles are refused with 400
//   FHIR_MAX_BYTES=N         larger bodies are refused with 413
//   FHIR_LOG=FILE            a line for each request: method, path without query, status
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { core, faults, load, loadDefinitions } from './medplum.mjs';
import { Store } from './store.mjs';

const { FhirRouter } = load('@medplum/fhir-router');
const env = process.env;
const number = (name) => Number(env[name] || 0);

loadDefinitions({ searches: true });
const store = new Store();
const router = new FhirRouter();

/** An answer with an OperationOutcome. */
class Refusal extends Error {
  constructor(status, text, expression) {
    super(text);
    this.status = status;
    this.outcome = { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: codeOf(status), details: { text }, ...(expression && { expression: [expression] }) }] };
  }
}
const codeOf = (status) =>
  ({ 400: 'invalid', 401: 'login', 404: 'not-found', 412: 'conflict', 413: 'too-long', 422: 'processing', 429: 'throttled' })[status] ?? 'transient';

/** Refuses a resource that is not valid R4 or that the test wants refused. `place` is where it stands in the request. */
function examine(resource, place) {
  if (!resource || typeof resource !== 'object') throw new Refusal(400, 'no resource', place);
  if (env.FHIR_REFUSE && resource.resourceType === env.FHIR_REFUSE) throw new Refusal(422, `${env.FHIR_REFUSE} is not taken here`, place);
  const [fault] = faults(resource);
  if (fault) throw new Refusal(422, fault.rule, place ? `${place}.resource (${fault.path})` : fault.path);
}

async function call(method, url, body, headers = {}) {
  const [outcome, resource] = await router.handleRequest({ method, url, pathname: '', params: {}, query: {}, body, headers, config: {} }, store);
  return { status: core.getStatus(outcome), outcome, resource };
}

/** What `Location` or `response.location` says of a version. */
const versioned = (resource) => `${resource.resourceType}/${resource.id}/_history/${resource.meta.versionId}`;

async function bundle(body, base) {
  if (env.FHIR_TRANSACTIONS === 'off') throw new Refusal(400, 'this server takes neither transactions nor batches');
  const whole = body.type === 'transaction';
  const entries = body.entry ?? [];
  if (whole) {
    const seen = new Set();
    entries.forEach((entry, index) => {
      const place = `Bundle.entry[${index}]`;
      if (['POST', 'PUT'].includes(entry.request?.method)) examine(entry.resource, place);
      if (entry.fullUrl && seen.has(entry.fullUrl)) throw new Refusal(400, 'fullUrl stands twice', place);
      seen.add(entry.fullUrl);
    });
  }
  const before = store.snapshot();
  const existed = entries.map((entry) => entry.request?.method === 'PUT' && store.has(entry.request.url));
  const { status, outcome, resource } = await call('POST', '', store.shield(structuredClone(body)));
  if (status >= 400) throw Object.assign(new Refusal(status, 'the bundle was refused'), { outcome });
  resource.entry?.forEach((entry, index) => {
    const response = entry.response;
    if (Number.parseInt(response.status, 10) >= 400) {
      if (!whole) return;
      store.restore(before);
      const text = response.outcome?.issue?.[0]?.details?.text ?? 'failed';
      throw new Refusal(Number.parseInt(response.status, 10), text, `Bundle.entry[${index}]`);
    }
    if (entries[index].request.method === 'PUT' && !existed[index]) response.status = '201';
    if (entry.resource?.meta?.versionId) {
      response.location = `${base}/${versioned(entry.resource)}`;
      response.etag = `W/"${entry.resource.meta.versionId}"`;
      response.lastModified = entry.resource.meta.lastUpdated;
    }
    if (['POST', 'PUT'].includes(entries[index].request.method)) delete entry.resource;
  });
  return { status: 200, resource };
}

async function write(method, path, query, body, headers, base) {
  if (method === 'POST' && path === '') return bundle(body, base);
  const existed = method === 'PUT' && store.has(path);
  if (method === 'POST' || method === 'PUT') examine(body);
  // The router reads the criterion of a conditional create from the header, as the transaction's.
  const result = await call(method, query ? `${path}?${query}` : path, body, headers);
  if (method === 'PUT' && !existed && result.status === 200) result.status = 201;
  return result;
}

/** One writer at a time; a failed one does not stop the next. */
let last = Promise.resolve();
function inTurn(work) {
  const turn = last.then(work, work);
  last = turn.catch(() => {});
  return turn;
}

function capabilities(base) {
  const rest = ['read', 'vread', 'update', 'create', 'search-type', 'history-instance', 'delete', 'patch'];
  const searched = Object.keys(core.globalSchema.types).filter((type) => core.globalSchema.types[type].searchParams && !/^(Domain)?Resource$/.test(type));
  const types = searched.includes('Binary') ? searched : [...searched, 'Binary'];
  return {
    resourceType: 'CapabilityStatement', status: 'active', date: '2026-01-01', kind: 'instance', fhirVersion: '4.0.1', format: ['json'],
    software: { name: 'chartlift test server (medplum fhir-router)' }, implementation: { description: 'for tests', url: base },
    rest: [{
      mode: 'server',
      resource: types.map((type) => ({
        type, interaction: rest.map((code) => ({ code })), versioning: 'versioned-update', conditionalCreate: true, conditionalUpdate: true, updateCreate: true,
        searchParam: Object.values(core.globalSchema.types[type].searchParams ?? {}).map((parameter) => ({ name: parameter.code, type: parameter.type })),
      })),
      interaction: env.FHIR_TRANSACTIONS === 'off' ? [] : [{ code: 'transaction' }, { code: 'batch' }],
    }],
  };
}

async function readBody(request) {
  const limit = number('FHIR_MAX_BYTES');
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (limit && size > limit) continue; // read to its end, so that the client gets to the answer
    parts.push(part);
  }
  if (limit && size > limit) throw new Refusal(413, `larger than ${limit} bytes`);
  return Buffer.concat(parts);
}

let requests = 0;
let writes = 0;

async function answer(request, response) {
  const base = `http://${request.headers.host}/fhir`;
  const [rawPath, query = ''] = request.url.split('?');
  const method = request.method;
  const bytes = await readBody(request);
  requests += 1;
  const every = number('FHIR_FAULT_EVERY');
  if (every && requests % every === 0) {
    const status = number('FHIR_FAULT_STATUS') || 503;
    if (env.FHIR_RETRY_AFTER) response.setHeader('Retry-After', env.FHIR_RETRY_AFTER);
    throw new Refusal(status, 'a fault that the test asked for');
  }
  if (env.FHIR_TOKEN && request.headers.authorization !== `Bearer ${env.FHIR_TOKEN}`) {
    response.setHeader('WWW-Authenticate', 'Bearer');
    throw new Refusal(401, 'no token, or another one');
  }
  if (rawPath !== '/fhir' && !rawPath.startsWith('/fhir/')) throw new Refusal(404, 'nothing here; the base is /fhir');
  const path = decodeURIComponent(rawPath.slice('/fhir'.length).replace(/^\/|\/$/g, ''));
  if (path === 'metadata' && method === 'GET') return { status: 200, resource: capabilities(base) };

  if (method === 'GET' || (method === 'POST' && path.endsWith('/_search'))) {
    const form = method === 'POST' ? bytes.toString() : '';
    const search = [query, form].filter(Boolean).join('&');
    const type = path.replace(/\/_search$/, '');
    const result = await call('GET', search ? `${type}?${search}` : type);
    if (result.resource?.type === 'searchset') page(result.resource, base, type, search);
    return result;
  }
  const type = request.headers['content-type'] ?? '';
  let body;
  if (path === 'Binary' && !type.includes('json') && bytes.length) {
    body = { resourceType: 'Binary', contentType: type.split(';')[0], data: bytes.toString('base64') };
  } else if (bytes.length) {
    try {
      body = JSON.parse(bytes.toString());
    } catch {
      throw new Refusal(400, 'the body is not JSON');
    }
  }
  writes += 1;
  return inTurn(() => write(method, path, query, body, request.headers, base));
}

/** Full URLs and the links of a search's page. */
function page(bundle, base, type, search) {
  for (const entry of bundle.entry ?? []) entry.fullUrl ??= `${base}/${entry.resource.resourceType}/${entry.resource.id}`;
  bundle.link = [{ relation: 'self', url: `${base}/${type}${search ? `?${search}` : ''}` }];
  const parameters = new URLSearchParams(search);
  const reached = Number(parameters.get('_offset') ?? 0) + (bundle.entry?.length ?? 0);
  if (bundle.entry?.length && reached < (bundle.total ?? 0)) {
    parameters.set('_offset', reached);
    bundle.link.push({ relation: 'next', url: `${base}/${type}?${parameters}` });
  }
}

function send(request, response, { status, outcome, resource }) {
  const body = resource ?? outcome;
  if (resource?.meta?.versionId) {
    response.setHeader('ETag', `W/"${resource.meta.versionId}"`);
    response.setHeader('Last-Modified', new Date(resource.meta.lastUpdated).toUTCString());
    if (status === 201 || (status === 200 && request.method !== 'GET')) response.setHeader('Location', `http://${request.headers.host}/fhir/${versioned(resource)}`);
  }
  const accept = request.headers.accept ?? '';
  if (resource?.resourceType === 'Binary' && request.method === 'GET' && accept && !accept.includes('json') && !accept.includes('*/*')) {
    response.writeHead(status, { 'Content-Type': resource.contentType });
    return response.end(Buffer.from(resource.data ?? '', 'base64'));
  }
  response.writeHead(status, { 'Content-Type': 'application/fhir+json; charset=utf-8' });
  return response.end(body ? JSON.stringify(body) : '');
}

const server = createServer(async (request, response) => {
  let result;
  try {
    result = await answer(request, response);
  } catch (error) {
    if (!(error instanceof Refusal)) console.error(error.stack);
    result = { status: error.status ?? 500, outcome: error.outcome ?? new Refusal(500, 'the server failed').outcome };
  }
  const delay = number('FHIR_DELAY_MS');
  if (delay) await new Promise((resolve) => setTimeout(resolve, delay));
  if (env.FHIR_LOG) appendFileSync(env.FHIR_LOG, `${request.method} ${request.url.split('?')[0]} ${result.status}\n`);
  const drop = number('FHIR_DROP_EVERY');
  if (drop && request.method !== 'GET' && writes && writes % drop === 0) {
    writes += 1; // the repeated request is another one
    return request.socket.destroy();
  }
  return send(request, response, result);
});
// A client may keep a connection for as long as it works.
server.keepAliveTimeout = 60_000;
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}/fhir`);
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0));
