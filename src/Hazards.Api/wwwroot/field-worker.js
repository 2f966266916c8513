// 现场上报: the page opens without a network, and what waits is sent when there is one again. /field/worker.js says which
// files of which version (SHELL), and loads this and field-queue.js.
(() => {
  'use strict';
  const CACHE = `field-${SHELL.version}`, PAGE = '/field/shell';
  const PATIENCE = 5000; // a network that takes longer is none

  async function keepPage(cache) {
    const answer = await fetch(PAGE, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual' });
    // A page of another version names files that are not kept here.
    if (!answer.ok || answer.headers.get('X-Field-Version') !== SHELL.version) throw new Error(`no page: ${answer.status}`);
    await cache.put(PAGE, answer);
  }

  self.addEventListener('install', event => event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(SHELL.files);
    await keepPage(cache);
    await self.skipWaiting();
  })()));

  self.addEventListener('activate', event => event.waitUntil((async () => {
    for (const name of await caches.keys())
      if (name.startsWith('field-') && name !== CACHE) await caches.delete(name);
    await self.clients.claim();
  })()));

  self.addEventListener('fetch', event => {
    const { request } = event, url = new URL(request.url);
    if (request.method !== 'GET' || url.origin !== location.origin) return;
    if (request.mode === 'navigate' && url.pathname === '/field') event.respondWith(page(request));
    else if (url.pathname.startsWith('/assets/')) event.respondWith(file(request));
  });

  async function page(request) {
    const kept = await caches.match(PAGE, { cacheName: CACHE });
    if (!kept) return fetch(request);
    try {
      const answer = await Promise.race([fetch(request), new Promise((_, late) => setTimeout(() => late(new Error('late')), PATIENCE))]);
      if (answer.status < 500) return answer;
    } catch { /* no network, or none to speak of */ }
    return kept;
  }

  const file = async request => await caches.match(request, { cacheName: CACHE }) ?? fetch(request);

  // The page was shown anew: another person, language or list of townships may stand on it.
  self.addEventListener('message', event => {
    if (event.data === 'page') event.waitUntil(caches.open(CACHE).then(keepPage).catch(() => { /* the one kept stays */ }));
  });

  // The browser calls again later while this fails.
  self.addEventListener('sync', event => {
    if (event.tag === 'field') event.waitUntil(FieldQueue.send().then(o => { if (o.left > 0 && o.why !== 'signIn' && o.why !== 'other') throw new Error(o.why); }));
  });
})();
