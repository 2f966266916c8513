// 现场上报: keeps what is written on this phone from the first letter on, and sends it when there is a network.
(() => {
  'use strict';
  const form = document.querySelector('form[data-field]');
  if (!form || !window.indexedDB || !window.FieldQueue) return; // the plain form works too
  const queue = window.FieldQueue, account = form.dataset.account, texts = JSON.parse(form.dataset.texts);
  const say = (text, values = {}) => Object.entries(values).reduce((t, [name, value]) => t.replace(`{${name}}`, value), texts[text]);
  const find = name => document.querySelector(`[data-${name}]`);
  const [state, shots, photoNote, located, locate] = ['state', 'shots', 'photo-note', 'located', 'locate'].map(find);
  const WHOLE = 4 * 1024 * 1024, LONG_SIDE = 1600, AGAIN = 30000;
  const FIELDS = ['what', 'place', 'longitude', 'latitude', 'sector', 'enterprise', 'region', 'source'];
  const LASTING = ['region', 'source'].filter(name => form.elements[name]);
  let draft = null, taken = 0, saving = Promise.resolve();

  // ---- What is being written ----
  const fresh = () => ({ id: queue.number(), account, state: 'draft', writtenAt: null, fields: {} });
  const read = () => Object.fromEntries(FIELDS.filter(name => form.elements[name]).map(name => [name, form.elements[name].value.trim()]));
  const isEmpty = fields => !fields.what && !fields.place && !fields.enterprise;

  // One after the other, each as the form is then.
  function save() {
    draft ??= fresh();
    draft.fields = read();
    const now = structuredClone(draft);
    saving = saving.then(() => queue.put(now)).catch(() => show(texts.full, 'bad'));
    return saving;
  }

  async function take(report) {
    draft = report;
    const kept = remembered();
    for (const name of FIELDS)
      if (form.elements[name] && (name in report.fields || name in kept)) form.elements[name].value = report.fields[name] ?? kept[name];
    located.hidden = !report.fields.longitude;
    if (report.fields.longitude) located.textContent = say('located', { n: report.accuracy ?? '?' });
    why(report.reason ? report.field : null, report.reason);
    await showPhotos();
  }

  function clear() {
    for (const name of ['what', 'place', 'longitude', 'latitude', 'enterprise']) if (form.elements[name]) form.elements[name].value = '';
    form.elements.sector.value = 'other';
    for (const note of [located, photoNote]) note.hidden = true;
    why(null);
    draft = null;
    return showPhotos();
  }

  function remembered() { try { return JSON.parse(localStorage.getItem(`field:${account}`)) ?? {}; } catch { return {}; } }
  function remember() {
    try { localStorage.setItem(`field:${account}`, JSON.stringify(Object.fromEntries(LASTING.map(name => [name, form.elements[name].value])))); } catch { /* asked again next time */ }
  }

  function why(field, reason) {
    for (const old of form.querySelectorAll('.why')) old.remove();
    for (const old of form.querySelectorAll('.field.wrong')) old.classList.remove('wrong');
    if (!reason) return;
    const input = form.elements[field], told = document.createElement('div'), at = input?.closest?.('.field') ?? (field === 'photos' ? shots.closest('.field') : form);
    told.className = 'why'; told.role = 'alert'; told.textContent = reason;
    at.append(told); if (at !== form) at.classList.add('wrong');
  }

  // ---- Photos ----
  async function addPhotos(files) {
    const notes = new Set();
    if (draft === null) await save();
    for (const file of files) {
      if (taken >= texts.most) { notes.add(say('tooMany', { n: texts.most })); break; }
      const photo = await reduced(file, notes);
      if (!photo) continue;
      // Read at once: a phone may take the file away once its camera has closed.
      await queue.putPhoto({ report: draft.id, number: Date.now() + taken / 1000, name: photo.name, type: photo.type, bytes: await photo.arrayBuffer() });
      taken++;
    }
    await save();
    await showPhotos();
    photoNote.textContent = [...notes].join(' ');
    photoNote.hidden = notes.size === 0;
  }

  async function reduced(file, notes) {
    if (file.size <= WHOLE) return file;
    try {
      const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
      const scale = Math.min(1, LONG_SIDE / Math.max(picture.width, picture.height)), canvas = document.createElement('canvas');
      canvas.width = Math.round(picture.width * scale); canvas.height = Math.round(picture.height * scale);
      canvas.getContext('2d').drawImage(picture, 0, 0, canvas.width, canvas.height);
      picture.close();
      const blob = await new Promise(done => canvas.toBlob(done, 'image/jpeg', 0.85));
      notes.add(texts.shrunk);
      return new File([blob], file.name.replace(/\.\w+$/, '') + '.jpg', { type: 'image/jpeg' });
    } catch {
      // A format that this browser cannot draw: as it is, if it may be.
      if (file.size <= texts.mostBytes) return file;
      notes.add(say('tooLarge', { name: file.name }));
      return null;
    }
  }

  async function showPhotos() {
    const photos = draft ? await queue.photosOf(draft.id) : [];
    for (const image of shots.querySelectorAll('img')) URL.revokeObjectURL(image.src);
    taken = photos.length;
    shots.replaceChildren(...photos.map((photo, i) => {
      const item = document.createElement('li'), image = document.createElement('img'), remove = button(texts.remove, 'btn btn-outline-primary');
      image.src = URL.createObjectURL(new Blob([photo.bytes], { type: photo.type }));
      image.alt = say('photo', { n: i + 1 });
      remove.setAttribute('aria-label', `${texts.remove} ${image.alt}`);
      remove.addEventListener('click', async () => { await queue.removePhoto(draft.id, photo.number); await showPhotos(); });
      item.append(image, remove);
      return item;
    }));
    shots.hidden = photos.length === 0;
  }

  for (const input of form.querySelectorAll('[data-photos]'))
    input.addEventListener('change', async () => {
      const files = [...input.files];
      // Where the phone keeps nothing they stay in the form, which is sent as it is.
      try { await addPhotos(files); } catch { show(texts.full, 'bad'); return; }
      input.value = ''; // the same photo may be taken again
    });

  // ---- Where ----
  if (navigator.geolocation && window.isSecureContext) {
    locate.hidden = false;
    locate.addEventListener('click', () => {
      located.hidden = false; located.textContent = texts.locating;
      navigator.geolocation.getCurrentPosition(async ({ coords }) => {
        form.elements.longitude.value = coords.longitude.toFixed(6);
        form.elements.latitude.value = coords.latitude.toFixed(6);
        form.elements.place.value ||= texts.here;
        located.textContent = say('located', { n: Math.round(coords.accuracy) });
        draft ??= fresh(); draft.accuracy = Math.round(coords.accuracy);
        await save();
      }, () => { located.textContent = texts.notLocated; }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 60000 });
    });
  }

  // ---- Reporting ----
  let typing = null;
  form.addEventListener('input', event => {
    if (event.target.type === 'file') return;
    clearTimeout(typing);
    typing = setTimeout(save, 300);
  });
  form.addEventListener('submit', async event => {
    event.preventDefault();
    clearTimeout(typing);
    const report = { ...(draft ?? fresh()), state: 'waiting', fields: read(), reason: null, field: null, code: null, at: null };
    report.writtenAt ??= new Date().toISOString();
    try {
      await saving;
      await queue.put(report);
    } catch {
      // The phone keeps nothing: then at once, as a page without scripts does.
      show(texts.full, 'bad');
      if (navigator.onLine) form.submit();
      return;
    }
    remember();
    await clear();
    navigator.storage?.persist?.();
    show(texts.kept, 'good');
    await list();
    await send();
  });

  // ---- What lies on this phone ----
  function button(text, look) { const made = document.createElement('button'); made.type = 'button'; made.className = look; made.textContent = text; return made; }
  function paragraph(text, look) { const made = document.createElement('p'); made.className = look ?? ''; made.textContent = text; return made; }

  const words = { waiting: ['waiting', 'amber'], refused: ['refused', 'red'], draft: ['draft', ''] };
  async function list() {
    const reports = (await queue.all()).sort((a, b) => (b.writtenAt ?? '').localeCompare(a.writtenAt ?? ''));
    const mine = reports.filter(r => r.account === account && r.id !== draft?.id), others = reports.filter(r => r.account !== account && r.state === 'waiting').length;
    const items = await Promise.all(mine.map(itemOf));
    find('queue-list').replaceChildren(...items);
    find('queue').hidden = items.length === 0;
    const note = find('others');
    note.hidden = others === 0;
    note.textContent = say('others', { n: others });
  }

  async function itemOf(report) {
    const item = document.createElement('li'), head = paragraph('', 'head'), tag = document.createElement('span'), [word, colour] = words[report.state];
    const photos = (await queue.photosOf(report.id)).length;
    tag.className = `tag ${colour}`; tag.textContent = texts[word];
    head.append(`${report.fields.what || texts.untitled} `, tag);
    item.dataset.report = report.id;
    item.append(head, paragraph([report.fields.place, photos ? say('photos', { n: photos }) : null].filter(Boolean).join(' · '), 'note'));
    if (report.state === 'waiting') return item;
    if (report.reason) item.append(paragraph(report.reason, 'why'));
    const mend = button(report.state === 'draft' ? texts.go : texts.mend, 'btn btn-primary'), remove = button(texts.delete, 'btn btn-outline-primary'), row = paragraph('', 'actions');
    mend.addEventListener('click', async () => {
      if (draft && !isEmpty(read())) await save();
      else if (draft && taken === 0) await queue.remove(draft.id);
      await take({ ...report, state: 'draft' });
      await save();
      await list();
      form.elements.what.focus();
    });
    // Only the person takes away what was not sent, and not by a slip of the thumb.
    remove.addEventListener('click', async () => {
      if (remove.dataset.sure) { await queue.remove(report.id); await list(); return; }
      remove.dataset.sure = '1'; remove.textContent = texts.sure;
    });
    row.append(mend, remove);
    item.append(row);
    return item;
  }

  function show(text, look = '') {
    state.className = `field-state ${look}`;
    state.replaceChildren(text);
  }

  // ---- Sending ----
  async function send() {
    const waiting = (await queue.all()).filter(r => r.state === 'waiting' && r.account === account).length;
    if (waiting === 0) { if (!navigator.onLine) show(texts.offline); return; }
    if (!navigator.onLine) { show(texts.kept, 'good'); later(); return; }
    show(texts.sending);
    const outcome = await queue.send();
    if (outcome.sent > 0) show(say('done', { n: outcome.sent }), 'good');
    else if (outcome.refused > 0) show(texts.notTaken, 'bad');
    if (outcome.left > 0 && texts[outcome.why]) {
      show(outcome.why === 'offline' ? texts.kept : texts[outcome.why], outcome.why === 'offline' ? 'good' : 'bad');
      if (outcome.why === 'signIn') { const link = document.createElement('a'); link.href = '/sign-in?to=%2Ffield'; link.textContent = texts.signInLink; state.append(' ', link); }
      later();
    }
    await list();
    if (outcome.sent > 0) await refresh();
  }

  // Where the browser can, it sends after the page has gone.
  async function later() {
    try { await (await navigator.serviceWorker?.ready)?.sync?.register('field'); } catch { /* when the page is open again */ }
  }

  // What became of mine, anew.
  async function refresh() {
    try {
      const answer = await fetch('/field', { redirect: 'manual' });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('#mine');
      if (fresh) document.querySelector('#mine').replaceWith(fresh);
    } catch { /* it stays as it was */ }
  }

  queue.talk?.addEventListener('message', async event => {
    if (event.data.sent) { show(texts.sent, 'good'); await refresh(); }
    await list();
  });
  window.addEventListener('online', send);
  window.addEventListener('offline', () => show(texts.offline));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') send();
    // Put away in the middle of a word: it may never come back.
    else if (draft || !isEmpty(read())) { clearTimeout(typing); save(); }
  });
  setInterval(() => { if (document.visibilityState === 'visible') send(); }, AGAIN);

  // ---- Beginning ----
  async function begin() {
    for (const [name, value] of Object.entries(remembered()))
      if (form.elements[name] && [...form.elements[name].options].some(o => o.value === value)) form.elements[name].value = value;
    const drafts = (await queue.all()).filter(r => r.state === 'draft' && r.account === account);
    if (drafts.length > 0 && isEmpty(read())) await take(drafts[drafts.length - 1]);
    await list();
    document.documentElement.dataset.fieldReady = '1';
    if (navigator.serviceWorker) {
      await navigator.serviceWorker.register('/field/worker.js', { scope: '/field' });
      if (navigator.onLine) (await navigator.serviceWorker.ready).active.postMessage('page');
    }
    await send();
  }
  begin().catch(() => show(texts.full, 'bad'));
})();
