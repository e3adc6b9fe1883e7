// Keeps a page alive: fragments that the server renders arrive by server-sent events and are morphed in by element id. Every page also works without this script, by forms and redirects.

const RECONNECT_MS = 2000, CLOCK_MS = 1000, NEAR_BOTTOM_PX = 120, NEAR_LIMIT = 0.9;
const byId = id => document.getElementById(id);

// ---- morphing: change `from` into `to`, keeping what the reader has opened, typed or focused

const isKept = (element, name) => name === 'open' && element.nodeName === 'DETAILS' || 'unread' in element.dataset && name !== 'data-unread';
function morph(from, to) {
  if (from.nodeName !== to.nodeName) return void from.replaceWith(to);
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.isEqualNode(to)) return;
  for (const { name } of [...from.attributes]) if (!to.hasAttribute(name) && !isKept(from, name)) from.removeAttribute(name);
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value && !isKept(from, name)) from.setAttribute(name, value);
  }
  if (from.matches('input, textarea, select, [data-unread]')) return;
  const keyed = new Map([...from.children].filter(e => e.id).map(e => [e.id, e]));
  let at = from.firstChild;
  for (const next of [...to.childNodes]) {
    const known = next.id && keyed.get(next.id);
    if (known) {
      if (known === at) at = at.nextSibling; else from.insertBefore(known, at);
      morph(known, next);
    } else if (at && !next.id && !at.id && at.nodeName === next.nodeName) {
      const same = at;
      at = at.nextSibling;
      morph(same, next);
    } else from.insertBefore(next, at);
  }
  while (at) { const gone = at; at = at.nextSibling; gone.remove(); }
}

// An element with data-into is a member of a list that is sorted by data-order.
function place(element) {
  const list = byId(element.dataset.into);
  if (!list) return;
  const order = Number(element.dataset.order);
  const after = [...list.children].find(e => e !== element && Number(e.dataset.order) > order) ?? null;
  if (element.parentNode !== list || element.nextElementSibling !== after) list.insertBefore(element, after);
}

let stream, sent = false;
function patch(html) {
  const follow = document.querySelector('[data-follow]') && (sent || nearBottom());
  const template = document.createElement('template');
  template.innerHTML = html;
  for (const fresh of [...template.content.children]) {
    const known = byId(fresh.id);
    if (known) morph(known, fresh);
    const now = byId(fresh.id) ?? fresh;
    if (now.dataset.into) place(now);
  }
  refine();
  news();
  if (follow) scrollTo(0, document.documentElement.scrollHeight);
}

const nearBottom = () => innerHeight + scrollY >= document.documentElement.scrollHeight - NEAR_BOTTOM_PX;

// ---- what this browser has not seen yet. What it has seen is kept in its local storage: by conversation the place of its
// last message in the log, and as `from` where the browser first came; as `told` what a notification was shown for.

const SEEN = 'errand-seen', MAX_SEEN = 500;
const title = document.title;
const mayNotify = () => globalThis.Notification?.permission === 'granted';
function known() {
  try { return JSON.parse(localStorage.getItem(SEEN)) ?? undefined; } catch { return undefined; }
}
function keep(seen) {
  const latest = Object.entries(seen.at).sort((a, b) => b[1] - a[1]).slice(0, MAX_SEEN);
  // A browser that keeps nothing shows what came since the page was opened.
  try { localStorage.setItem(SEEN, JSON.stringify({ ...seen, at: Object.fromEntries(latest) })); } catch { keep.instead = seen; }
}
function news() {
  const rows = [...byId('inbox').children].map(e => ({ ...e.dataset, seq: Number(e.dataset.seq), text: e.textContent }));
  if (!rows.length) return;
  const latest = Math.max(...rows.map(r => r.seq));
  const seen = known() ?? keep.instead ?? { from: latest, told: latest, at: {} };
  const here = location.pathname.match(/^\/chat\/([^/]+)$/)?.[1];
  for (const row of rows) if (row.conversation === here && !document.hidden) seen.at[here] = row.seq;
  const unread = rows.filter(r => r.seq > (seen.at[r.conversation] ?? seen.from));
  const calling = unread.filter(r => r.calls !== undefined && r.seq > seen.told);
  if (mayNotify()) for (const row of calling) notify(row);
  seen.told = Math.max(seen.told, latest);
  keep(seen);
  for (const at of document.querySelectorAll('[data-unread]')) {
    const count = at.dataset.unread ? unread.filter(r => r.conversation === at.dataset.unread).length : unread.length;
    at.hidden = !count;
    at.textContent = at.dataset.unread ? 'new' : count;
  }
  document.title = unread.length ? `(${unread.length}) ${title}` : title;
}
// The tag makes one of what several tabs tell at the same time.
function notify(row) {
  const shown = new Notification(row.title || 'Errand', { body: row.text, tag: `${row.conversation}:${row.seq}` });
  shown.onclick = () => { focus(); location.href = `/chat/${row.conversation}`; };
}
const asks = document.querySelector('[data-notify]');
if (asks && globalThis.Notification?.permission === 'default') asks.hidden = false;
asks?.addEventListener('click', async () => { asks.hidden = await Notification.requestPermission() !== 'default'; });
addEventListener('storage', event => { if (event.key === SEEN) news(); });

// ---- the stream; closed while the tab is hidden unless it may notify, for browsers allow only six connections to one host

function connect() {
  const url = document.body.dataset.live;
  if (!url || stream || document.hidden && !mayNotify()) return;
  stream = new EventSource(url);
  stream.onopen = () => delete document.body.dataset.offline;
  stream.addEventListener('patch', event => { patch(event.data); sent = false; });
  stream.onerror = () => {
    document.body.dataset.offline = '';
    if (stream?.readyState === EventSource.CLOSED) { disconnect(); setTimeout(connect, RECONNECT_MS); }
  };
}
function disconnect() { stream?.close(); stream = undefined; }
document.addEventListener('visibilitychange', () => {
  if (document.hidden && !mayNotify()) return disconnect();
  connect();
  news();
});
addEventListener('pagehide', disconnect);
addEventListener('pageshow', connect);

// ---- forms with data-live: sent without leaving the page; the answer is a notice, the stream brings the change

const newId = () => '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, c =>
  (c ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> c / 4).toString(16));

async function send(form, button) {
  if (form.dataset.busy !== undefined) return;
  const body = new URLSearchParams(new FormData(form, button));
  const text = form.querySelector('textarea, input[type=text]'), was = text?.value;
  const empty = value => { if (text) { text.value = value; count(text); } };
  const id = form.elements.namedItem('message_id');
  form.dataset.busy = '';
  sent = Boolean(id);
  empty('');
  try {
    // A button may be named "action" too, and would hide the property of that name.
    const answer = await fetch(form.getAttribute('action'), { method: 'POST', body, headers: { 'x-errand-live': '1' } });
    patch(await answer.text());
    // A refused message keeps its id and its text: sent again, it is the same message.
    if (!answer.ok) return void (text?.value || empty(was));
    if (id) id.value = newId();
  } catch {
    if (!text?.value) empty(was);
    Object.assign(byId('notice'), { className: 'notice bad', textContent: 'Not sent: Errand cannot be reached. Send it again.' });
  } finally { delete form.dataset.busy; }
}
document.addEventListener('submit', event => {
  if (event.target.dataset.live === undefined) return;
  event.preventDefault();
  send(event.target, event.submitter);
});
document.addEventListener('keydown', event => {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || !event.target.matches('textarea[data-enter]')) return;
  event.preventDefault();
  event.target.form.requestSubmit();
});

// ---- small refinements of what the server wrote: the limit of a text, running clocks, local times

function count(text) {
  const at = byId(text.dataset.count ?? '');
  if (!at) return;
  const max = Number(at.dataset.max), used = [...text.value].length;
  at.hidden = used < max * NEAR_LIMIT;
  at.textContent = `${used.toLocaleString()} of ${max.toLocaleString()} characters`;
  at.classList.toggle('over', used > max);
}
document.addEventListener('input', event => count(event.target));

const two = n => String(n).padStart(2, '0');
function tick() {
  for (const at of document.querySelectorAll('time[data-since]')) {
    const s = Math.max(0, Math.floor((Date.now() - Date.parse(at.dateTime)) / 1000));
    at.textContent = s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  }
}
function refine() {
  tick();
  for (const at of document.querySelectorAll('time[data-local]')) {
    const day = new Date(at.dateTime), today = day.toDateString() === new Date().toDateString();
    const hour = { hour: '2-digit', minute: '2-digit' };
    at.title = day.toLocaleString();
    at.textContent = today ? day.toLocaleTimeString([], hour) : day.toLocaleString([], { month: 'short', day: 'numeric', ...hour });
  }
}

// A moment is typed in the reader's own time; the server writes and reads UTC.
const local = at => new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 19);
for (const at of document.querySelectorAll('input[type=datetime-local]')) {
  if (at.value) at.value = local(new Date(`${at.value}Z`));
  for (const zone of at.form.querySelectorAll('[data-zone]')) zone.textContent = '(your time)';
}
document.addEventListener('formdata', event => {
  for (const at of event.target.querySelectorAll('input[type=datetime-local]')) {
    if (at.value) event.formData.set(at.name, new Date(at.value).toISOString());
  }
});

// ---- links to messages: the time of a message is its link; one that stands further back is on another page

const say = (textContent, tone) => Object.assign(byId('notice'), { className: `notice ${tone}`, textContent });
document.addEventListener('click', event => {
  const link = event.target.closest('a[data-copy]');
  if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  location.hash = link.closest('.message').id;
  const copied = navigator.clipboard?.writeText(link.href) ?? Promise.reject();
  copied.then(() => say('Link copied.', 'good'), () => say('The link stands in the address bar.', 'good'));
});
const wanted = location.hash.match(/^#msg-([\w-]+)$/)?.[1];
if (wanted && byId('messages') && !byId(`msg-${wanted}`)) location.replace(`${location.pathname}/messages/${wanted}`);

setInterval(tick, CLOCK_MS);
sent = !location.hash;
patch('');
sent = false;
connect();
