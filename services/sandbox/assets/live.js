// Keeps a page fresh: asks for it again every two seconds while it is looked at, and replaces what changed.
const EVERY_MS = 2000;
const offline = document.getElementById('offline');

async function refresh() {
  const response = await fetch(location.href, { headers: { accept: 'text/html' } });
  const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').getElementById('content');
  const content = document.getElementById('content');
  if (!fresh) return;
  for (const one of content.querySelectorAll('details[id]')) {
    const same = fresh.querySelector(`#${CSS.escape(one.id)}`);
    if (same) same.open = one.open;
  }
  if (fresh.innerHTML === content.innerHTML) return;
  const focused = document.activeElement?.closest?.('[id]')?.id;
  content.replaceChildren(...fresh.childNodes);
  if (focused && focused !== 'content') document.getElementById(focused)?.focus?.({ preventScroll: true });
}

async function loop() {
  if (!document.hidden) {
    try {
      await refresh();
      offline.hidden = true;
    } catch {
      offline.hidden = false;
    }
  }
  setTimeout(loop, EVERY_MS);
}

setTimeout(loop, EVERY_MS);
