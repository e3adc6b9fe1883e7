// Runs the vendors' own clients, unchanged, against a running sandbox.
//
//   node check.mjs NODE_MODULES SANDBOX_URL
//
// The sandbox must have the repository acme/site with the branches main and errand/capture, the second ahead.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [modules, url] = process.argv.slice(2);
const require = createRequire(path.join(path.resolve(modules), 'none.js'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href).then((module) => ({ ...module.default, ...module }));

const checks = { linear, slack, github, anthropic };
for (const [name, check] of Object.entries(checks)) {
  await check();
  console.log(`ok ${name}`);
}

async function fault(vendor, kind, more = {}) {
  const response = await fetch(`${url}/faults`, { method: 'POST', body: JSON.stringify({ vendor, fault: kind, ...more }) });
  assert.equal(response.status, 201);
}

async function linear() {
  const { LinearClient, RatelimitedLinearError, InvalidInputLinearError } = await load('@linear/sdk');
  const client = new LinearClient({ apiKey: 'lin_api_sandbox', apiUrl: `${url}/linear/graphql` });
  const viewer = await client.viewer;
  assert.equal(viewer.isMe, true);
  const team = (await client.teams()).nodes[0];
  const states = (await team.states()).nodes;
  assert.deepEqual(states.map((state) => state.name).sort(), ['Backlog', 'Canceled', 'Done', 'In Progress', 'Todo']);
  const started = (await client.workflowStates({ filter: { type: { eq: 'started' } } })).nodes[0];
  const id = randomUUID();
  const created = await client.createIssue({ id, teamId: team.id, title: 'Email capture', description: '- [ ] form', priority: 2 });
  const issue = await created.issue;
  assert.equal(issue.id, id);
  assert.equal(issue.url, `${url}/linear/issue/${issue.identifier}`);
  await assert.rejects(client.createIssue({ id, teamId: team.id, title: 'Again' }), InvalidInputLinearError);
  await client.updateIssue(issue.id, { stateId: started.id });
  const moved = await client.issue(issue.identifier);
  assert.equal((await moved.state).name, 'In Progress');
  assert.equal((await moved.team).key, team.key);
  assert.ok(moved.startedAt instanceof Date);
  await client.createComment({ issueId: issue.id, body: 'Working' });
  const link = await client.attachmentLinkURL(issue.id, 'https://example.com/a', { title: 'A' });
  assert.equal((await link.attachment).title, 'A');
  await client.attachmentLinkGitHubPR(issue.id, `${url}/github/acme/site/pull/1`, { title: 'PR' });
  assert.equal((await issue.comments()).nodes[0].body, 'Working');
  assert.equal((await issue.attachments()).nodes.length, 2);
  assert.equal((await client.issues({ filter: { id: { eq: id } } })).nodes[0].title, 'Email capture');
  assert.equal((await client.rateLimitStatus).limits.length, 2);
  await assert.rejects(client.issue('ERR-999'), InvalidInputLinearError);
  for (const kind of ['rate_limit_400', 'rate_limit_429']) {
    await fault('linear', kind, { retry_after_s: 9 });
    await assert.rejects(client.viewer, (error) => error instanceof RatelimitedLinearError && error.retryAfter === 9);
  }
  await everyQuery(client);
}

/** Every query of the SDK that the pruned schema was made from is answered, with every field it asks for. */
async function everyQuery(client) {
  const { parse, print } = await load('graphql');
  const folder = new URL('../../schema/', import.meta.url);
  const documents = parse(fs.readFileSync(new URL('documents/sdk.graphql', folder), 'utf8'));
  const fragments = documents.definitions.filter((definition) => definition.kind === 'FragmentDefinition');
  const issue = (await client.issues({ first: 1 })).nodes[0];
  const comment = (await issue.comments()).nodes[0];
  const attachment = (await issue.attachments()).nodes[0];
  const ids = { user: 'me', team: (await issue.team).id, team_states: 'ERR', team_issues: 'ERR', issue: issue.id, comment: comment.id,
    attachment: attachment.id, workflowState: (await issue.state).id, workflowState_issues: (await issue.state).id,
    issue_comments: issue.id, issue_attachments: issue.id, issue_children: issue.id };
  for (const query of documents.definitions.filter((definition) => definition.operation === 'query')) {
    const used = new Set();
    const collect = (node) => JSON.stringify(node, (_, value) => {
      if (value?.kind === 'FragmentSpread' && !used.has(value.name.value)) {
        used.add(value.name.value);
        collect(fragments.find((fragment) => fragment.name.value === value.name.value));
      }
      return value;
    });
    collect(query);
    const document = [query, ...fragments.filter((fragment) => used.has(fragment.name.value))].map(print).join('\n');
    const { data } = await client.client.rawRequest(document, { id: ids[query.name.value] });
    assert.ok(data, query.name.value);
  }
}

async function slack() {
  const { WebClient, ErrorCode } = await load('@slack/web-api');
  const client = new WebClient('xoxb-sandbox', { slackApiUrl: `${url}/slack/api/` });
  assert.equal((await client.auth.test()).ok, true);
  const metadata = { event_type: 'story', event_payload: { key: randomUUID() } };
  const blocks = [{ type: 'section', text: { type: 'mrkdwn', text: '*Started*' } }];
  const posted = await client.chat.postMessage({ channel: '#errand', text: 'Started', blocks, metadata });
  assert.deepEqual(posted.message.blocks, blocks);
  await client.chat.update({ channel: posted.channel, ts: posted.ts, text: 'Done' });
  const history = await client.conversations.history({ channel: posted.channel, include_all_metadata: true });
  const found = history.messages.find((message) => message.metadata?.event_payload?.key === metadata.event_payload.key);
  assert.deepEqual([found.ts, found.text], [posted.ts, 'Done']);
  const { permalink } = await client.chat.getPermalink({ channel: posted.channel, message_ts: posted.ts });
  assert.ok(permalink.startsWith(`${url}/slack/errand#`), permalink);
  await assert.rejects(client.chat.postMessage({ channel: '#nowhere', text: 'x' }), (error) => error.data.error === 'channel_not_found');
  await fault('slack', 'rate_limit_429', { retry_after_s: 1 });
  assert.equal((await client.chat.postMessage({ channel: '#errand', text: 'after a pause' })).ok, true);
  await fault('slack', 'rate_limit_429', { retry_after_s: 5 });
  const hasty = new WebClient('xoxb-sandbox', { slackApiUrl: `${url}/slack/api/`, rejectRateLimitedCalls: true });
  await assert.rejects(hasty.auth.test(), (error) => error.code === ErrorCode.RateLimitedError && error.retryAfter === 5);
}

async function github() {
  const { Octokit } = await load('@octokit/rest');
  const conforms = await githubSchemas();
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const client = new Octokit({ auth: 'ghp_sandbox', baseUrl: `${url}/github`, log: quiet });
  const site = { owner: 'acme', repo: 'site' };
  conforms('public-user', (await client.rest.users.getAuthenticated()).data);
  conforms('full-repository', (await client.rest.repos.get(site)).data);
  conforms('full-repository', (await client.rest.repos.createInOrg({ org: site.owner, name: 'made-here' })).data);
  await assert.rejects(client.rest.repos.createInOrg({ org: site.owner, name: 'made-here' }), { status: 422 });
  conforms('branch-with-protection', (await client.rest.repos.getBranch({ ...site, branch: 'errand/capture' })).data);
  const wanted = { ...site, title: 'Email capture', head: 'errand/capture', base: 'main', body: '- [x] form' };
  const created = await client.rest.pulls.create(wanted);
  assert.equal(created.status, 201);
  conforms('pull-request', created.data);
  const number = { ...site, pull_number: created.data.number };
  await assert.rejects(client.rest.pulls.create(wanted), (error) => {
    conforms('validation-error', error.response.data);
    return error.status === 422 && error.message.includes('A pull request already exists for acme:errand/capture.');
  });
  const listed = await client.rest.pulls.list({ ...site, head: 'acme:errand/capture', state: 'all', base: 'main' });
  assert.equal(listed.data.length, 1);
  conforms('pull-request-simple', listed.data[0]);
  conforms('pull-request', (await client.rest.pulls.get(number)).data);
  const files = await client.paginate(client.rest.pulls.listFiles, { ...number, per_page: 1 });
  assert.deepEqual(files.map((file) => file.filename), ['capture.js', 'index.html']);
  files.forEach((file) => conforms('diff-entry', file));
  const diff = await client.rest.pulls.get({ ...number, mediaType: { format: 'diff' } });
  assert.match(diff.data, /^diff --git/);
  conforms('pull-request', (await client.rest.pulls.update({ ...number, state: 'closed' })).data);
  conforms('pull-request', (await client.rest.pulls.update({ ...number, state: 'open' })).data);
  await githubApp(conforms, site);
  await assert.rejects(client.rest.pulls.get({ ...site, pull_number: 99 }), (error) => {
    conforms('basic-error', error.response.data);
    return error.status === 404;
  });
}

/** An App: its proof by its own client, its installation, and a token that works. The key is made here and now. */
async function githubApp(conforms, site) {
  const { Octokit } = await load('@octokit/rest');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const proofOf = (claims) => {
    const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), privateKey).toString('base64url')}`;
  };
  const quiet = { debug() {}, info() {}, warn() {}, error() {} };
  const as = (auth) => new Octokit({ auth, baseUrl: `${url}/github`, log: quiet });
  const now = Math.floor(Date.now() / 1000);
  const app = as(proofOf({ iat: now - 60, exp: now + 540, iss: '4711' }));
  conforms('integration', (await app.rest.apps.getAuthenticated()).data);
  const installation = (await app.rest.apps.getRepoInstallation(site)).data;
  conforms('installation', installation);
  const sold = await app.rest.apps.createInstallationAccessToken({ installation_id: installation.id, repositories: [site.repo] });
  assert.equal(sold.status, 201);
  conforms('installation-token', sold.data);
  assert.equal((await as(sold.data.token).rest.repos.get(site)).data.name, site.repo);
  const late = as(proofOf({ iat: now - 900, exp: now - 300, iss: '4711' }));
  await assert.rejects(late.rest.apps.getAuthenticated(), (error) => error.status === 401);
  await assert.rejects(as('ghp_no_proof').rest.apps.getAuthenticated(), (error) => error.status === 401);
}

/** Validators for GitHub's own OpenAPI description. */
async function githubSchemas() {
  const { default: Ajv } = await load('ajv');
  const { default: addFormats } = await load('ajv-formats');
  const file = path.join(path.dirname(require.resolve('@octokit/openapi')), 'generated', 'api.github.com.json');
  const { components } = JSON.parse(fs.readFileSync(file, 'utf8'));
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema({ $id: 'github', components: { schemas: withNull(components.schemas) } });
  return (name, data) => {
    const validate = ajv.getSchema(`github#/components/schemas/${name}`);
    const fine = validate(data);
    assert.ok(fine, `${name}: ${ajv.errorsText(validate.errors)}`);
  };
}

/** OpenAPI 3.0's `nullable` in the words of JSON Schema. */
function withNull(schema) {
  if (Array.isArray(schema)) return schema.map(withNull);
  if (schema === null || typeof schema !== 'object') return schema;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, withNull(value)]));
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest;
}

async function anthropic() {
  const { default: Anthropic } = await load('@anthropic-ai/sdk');
  const client = new Anthropic({ apiKey: 'sk-ant-sandbox', baseURL: `${url}/anthropic`, maxRetries: 0 });
  const tools = [{ name: 'Task', description: 'Spawn an agent', input_schema: { type: 'object', properties: {
    agent_type: { type: 'string', enum: ['codegen', 'security', 'seo', 'performance', 'accessibility'] },
    title: { type: 'string' }, prompt: { type: 'string' } }, required: ['agent_type', 'title', 'prompt'] } }];
  const ask = (messages) => ({ model: 'claude-sandbox', max_tokens: 1024, tools, messages });
  const build = [{ role: 'user', content: 'build email capture for the hero' }];
  const stream = client.messages.stream(ask(build));
  let words = '';
  let inputPieces = 0;
  stream.on('text', (piece) => { words += piece; }).on('inputJson', () => { inputPieces += 1; });
  const message = await stream.finalMessage();
  assert.equal(words, "I'll spawn a codegen agent to build email capture for the hero.");
  assert.ok(inputPieces > 2);
  const call = message.content.find((block) => block.type === 'tool_use');
  assert.deepEqual(call.input, { agent_type: 'codegen', title: 'Build email capture for the hero', prompt: build[0].content });
  assert.equal(message.stop_reason, 'tool_use');
  const result = { role: 'user', content: [{ type: 'tool_result', tool_use_id: call.id, content: 'spawned' }] };
  const after = await client.messages.create(ask([...build, { role: 'assistant', content: message.content }, result]));
  assert.deepEqual([after.stop_reason, after.content.length], ['end_turn', 1]);
  await assert.rejects(client.messages.create({ ...ask(build), max_tokens: 0 }), Anthropic.BadRequestError);
  await fault('llm', 'rate_limit_429');
  await assert.rejects(client.messages.create(ask(build)), Anthropic.RateLimitError);
  await fault('llm', 'overloaded_529');
  await assert.rejects(client.messages.create(ask(build)), (error) => error.status === 529 && error.type === 'overloaded_error');
  await fault('llm', 'cut_stream');
  await assert.rejects(client.messages.stream(ask(build)).finalMessage());
}
