// 现场上报: what was written on this phone and is not yet with the service. Used by the page and by its service worker.
// A report goes draft → waiting → (taken: it leaves the phone) or refused → draft. Its number is made with the draft, so that
// the service knows it again however often it is sent.
self.FieldQueue = (() => {
  'use strict';
  const REPORTS = 'reports', PHOTOS = 'photos';
  let opened = null;

  function open() {
    opened ??= new Promise((done, failed) => {
      const request = indexedDB.open('hazards-field', 1);
      request.onupgradeneeded = () => {
        request.result.createObjectStore(REPORTS, { keyPath: 'id' });
        // By report, then in the order they were taken.
        request.result.createObjectStore(PHOTOS, { keyPath: ['report', 'number'] });
      };
      request.onsuccess = () => {
        request.result.onversionchange = () => { request.result.close(); opened = null; };
        request.result.onclose = () => { opened = null; };
        done(request.result);
      };
      request.onerror = () => { opened = null; failed(request.error); };
    });
    return opened;
  }

  // Done only when it is on the disk.
  async function transact(mode, work) {
    const db = await open();
    return new Promise((done, failed) => {
      const transaction = db.transaction([REPORTS, PHOTOS], mode, { durability: 'strict' });
      let result;
      transaction.oncomplete = () => done(result?.result ?? result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
      result = work(transaction.objectStore(REPORTS), transaction.objectStore(PHOTOS));
    });
  }

  const ofReport = id => IDBKeyRange.bound([id, -Infinity], [id, Infinity]);
  const all = () => transact('readonly', reports => reports.getAll());
  const get = id => transact('readonly', reports => reports.get(id));
  const photosOf = id => transact('readonly', (_, photos) => photos.getAll(ofReport(id)));
  const put = report => transact('readwrite', reports => reports.put(report));
  const putPhoto = photo => transact('readwrite', (_, photos) => photos.put(photo));
  const removePhoto = (id, number) => transact('readwrite', (_, photos) => photos.delete([id, number]));
  const remove = id => transact('readwrite', (reports, photos) => { photos.delete(ofReport(id)); reports.delete(id); });

  // Changes one report as it is now: the page and the worker may both have it in hand.
  const change = (id, how) => transact('readwrite', reports => {
    reports.get(id).onsuccess = event => { const now = event.target.result; if (now) reports.put(how(now) ?? now); };
  });

  // A service that is reached by plain http gives its pages neither randomUUID nor subtle.
  function number() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40; bytes[8] = (bytes[8] & 0x3f) | 0x80;
    return [...bytes].map(b => b.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  const talk = self.BroadcastChannel ? new BroadcastChannel('hazards-field') : null;
  const tell = said => talk?.postMessage(said);

  // One at a time, in whichever tab or worker; the service would answer a second sending as the first.
  let busy = null;
  function send() {
    if (navigator.locks) return navigator.locks.request('hazards-field', sendAll);
    return busy ??= sendAll().finally(() => { busy = null; });
  }

  async function sendAll() {
    const waiting = (await all()).filter(r => r.state === 'waiting').sort((a, b) => a.writtenAt.localeCompare(b.writtenAt));
    const outcome = { sent: 0, refused: 0, left: waiting.length, why: null };
    if (waiting.length === 0) return outcome;
    let session = await begin(outcome);
    if (!session) return outcome;
    for (const report of waiting) {
      if (report.account !== session.account) { outcome.why ??= 'other'; continue; }
      let answered = await sendOne(report, session);
      // The proof is of another session of the same person: ask for one anew, once.
      if (answered === 'proof') { session = await begin(outcome); if (!session) return outcome; answered = await sendOne(report, session); }
      if (answered === 'sent') { outcome.sent++; outcome.left--; }
      else if (answered === 'refused') { outcome.refused++; outcome.left--; }
      else { outcome.why = answered === 'proof' ? 'trouble' : answered; break; }
    }
    return outcome;
  }

  const ask = (address, options) => fetch(address, { credentials: 'same-origin', cache: 'no-store', redirect: 'manual', ...options });
  // Pages send whoever has not signed in to where he can.
  const signedOut = answer => answer.type === 'opaqueredirect' || answer.status === 401;

  async function begin(outcome) {
    try {
      const answer = await ask('/field/token');
      if (signedOut(answer)) { outcome.why = 'signIn'; return null; }
      if (!answer.ok) { outcome.why = 'trouble'; return null; }
      const session = await answer.json();
      return { ...session, ahead: Date.now() - Date.parse(session.now) };
    } catch { outcome.why = 'offline'; return null; }
  }

  async function sendOne(report, session) {
    try {
      tell({ sending: report.id });
      const photos = await photosOf(report.id);
      for (const photo of photos)
        if (!photo.digest) {
          const form = new FormData();
          form.append('_form', session.token);
          form.append('photo', new Blob([photo.bytes], { type: photo.type }), photo.name);
          const answer = await read(await ask('/field/photos', { method: 'POST', body: form }));
          if (answer.end) return await settle(report, answer);
          photo.digest = answer.json.digest;
          await putPhoto(photo);
        }
      // When it was written, by the service's clock; the same however often it is sent.
      if (!report.at) {
        report.at = new Date(Math.min(Date.parse(report.writtenAt) - session.ahead, Date.parse(session.now))).toISOString();
        await put(report);
      }
      const form = new FormData();
      for (const [name, value] of Object.entries(report.fields)) form.append(name, value);
      form.append('_form', session.token);
      form.append('account', report.account);
      form.append('report', report.id);
      form.append('writtenAt', report.at);
      form.append('attachments', JSON.stringify(photos.map(p => ({ digest: p.digest, name: p.name, mediaType: p.type, size: p.bytes.byteLength }))));
      const answer = await read(await ask('/field/reports', { method: 'POST', body: form }));
      if (answer.end) return await settle(report, answer);
      await remove(report.id);
      tell({ sent: report.id, address: answer.json.address });
      return 'sent';
    } catch { return 'offline'; }
  }

  async function read(answer) {
    if (signedOut(answer)) return { end: 'signIn' };
    const json = (answer.headers.get('Content-Type') ?? '').includes('json') ? await answer.json() : null;
    if (answer.ok && json) return { json };
    if (answer.status === 403 && !json) return { end: 'proof' };
    if (json?.code === 'field.other_account') return { end: 'other' };
    // Said of the report, and not of the moment.
    if (json?.message && answer.status < 500 && ![408, 425, 429].includes(answer.status)) return { end: 'refused', json };
    return { end: 'trouble' };
  }

  async function settle(report, { end, json }) {
    if (end === 'refused') {
      await put({ ...report, state: 'refused', at: null, reason: json.message, field: json.field, code: json.code });
      tell({ refused: report.id });
    }
    return end;
  }

  return { all, get, put, change, remove, photosOf, putPhoto, removePhoto, number, send, talk };
})();
