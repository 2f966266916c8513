// Enhances pages that work without it: live boards, the time machine's slider, forms that keep what was typed.
(() => {
  'use strict';

  // What was typed is kept while the page is open, and put back if the session ended before it could be sent.
  const keepOf = form => `form:${location.pathname}:${form.dataset.keep}`;
  const isKept = field => field.name && !field.name.startsWith('_') && !['hidden', 'password', 'file', 'submit'].includes(field.type);
  function keep(form) {
    const values = {};
    for (const field of form.elements)
      if (isKept(field) && !((field.type === 'checkbox' || field.type === 'radio') && !field.checked))
        (values[field.name] ??= []).push(field.value);
    try { sessionStorage.setItem(keepOf(form), JSON.stringify(values)); } catch { /* a full or forbidden store keeps nothing */ }
  }
  function restore(form) {
    let values;
    try { values = JSON.parse(sessionStorage.getItem(keepOf(form)) ?? 'null'); } catch { return; }
    if (!values || form.dataset.sent) return;
    for (const field of form.elements) {
      if (!isKept(field) || !(field.name in values)) continue;
      if (field.type === 'checkbox' || field.type === 'radio') field.checked = values[field.name].includes(field.value);
      else if (!field.value || field.dataset.default !== undefined) field.value = values[field.name].shift() ?? field.value;
    }
    const details = form.closest('details');
    if (details) details.open = true;
  }
  function prepare(root) {
    for (const form of root.querySelectorAll?.('form[data-keep]') ?? []) {
      restore(form);
      form.addEventListener('input', () => keep(form));
    }
    for (const form of root.querySelectorAll?.('form[data-time]') ?? []) time(form);
    for (const box of root.querySelectorAll?.('[data-select-all]') ?? [])
      box.addEventListener('change', () => {
        for (const one of document.querySelectorAll(`input[type=checkbox][form="${box.dataset.selectAll}"], #${box.dataset.selectAll} input[type=checkbox][name]`)) one.checked = box.checked;
        count();
      });
    for (const button of root.querySelectorAll?.('[data-print]') ?? []) button.addEventListener('click', () => window.print());
    for (const select of root.querySelectorAll?.('[data-submit-on-change]') ?? []) select.addEventListener('change', () => select.form.requestSubmit());
  }

  // A form is sent once; its token makes a second sending harmless, this makes it rare.
  document.addEventListener('submit', event => {
    const form = event.target;
    if (form.method !== 'post' || event.defaultPrevented) return;
    if (form.dataset.busy) { event.preventDefault(); return; }
    form.dataset.busy = '1';
    for (const button of form.querySelectorAll('button[type=submit]')) button.setAttribute('aria-disabled', 'true');
    setTimeout(() => delete form.dataset.busy, 10000);
  });
  // What was done need not be kept: the page says so.
  function forget() {
    const done = document.querySelector('[data-done]');
    if (done) for (const key of Object.keys(sessionStorage)) if (key.startsWith(`form:${location.pathname}:`)) sessionStorage.removeItem(key);
  }

  function count() {
    for (const shown of document.querySelectorAll('[data-count]'))
      shown.textContent = document.querySelectorAll(`input[type=checkbox][name][form="${shown.dataset.count}"]:checked`).length;
  }
  document.addEventListener('change', event => { if (event.target.matches?.('input[type=checkbox][form]')) count(); });

  // 时光机: slider and box are in step, whichever is moved. A slider let go of by the pointer looks at once; by the keyboard,
  // with Enter or when it has rested. Playing goes a day forward every second and a half until now; any key or press pauses.
  function time(form) {
    const box = form.querySelector('input[name=asOf]'), slider = form.querySelector('[data-time-slider]'), back = form.querySelector('[data-time-back]');
    const play = form.querySelector('[data-time-play]');
    const day = 86400000, read = text => Date.parse(text.slice(0, 16) + ':00Z'), write = ms => new Date(ms).toISOString().slice(0, 16);
    const daysOf = ms => Math.round((Date.parse(write(ms).slice(0, 10)) - Date.parse(box.max.slice(0, 10))) / day);
    const look = () => form.requestSubmit();
    const say = days => { back.textContent = days >= 0 ? slider.dataset.now : slider.dataset.days.replace('{0}', -days); slider.setAttribute('aria-valuetext', back.textContent); };
    let resting = 0, keyed = false;
    say(Number(slider.value));
    slider.addEventListener('keydown', event => {
      keyed = true;
      if (event.key === 'Enter') { event.preventDefault(); clearTimeout(resting); look(); }
    });
    slider.addEventListener('pointerdown', () => { keyed = false; });
    slider.addEventListener('input', () => {
      const days = Number(slider.value);
      box.value = days === 0 ? box.max : write(read(box.max) + days * day);
      say(days);
      clearTimeout(resting);
      if (keyed) resting = setTimeout(look, 1200);
    });
    slider.addEventListener('change', () => { if (!keyed) look(); });
    box.addEventListener('input', () => {
      if (!box.value) return;
      const days = Math.min(0, daysOf(read(box.value)));
      slider.value = String(Math.max(Number(slider.min), days));
      say(days);
    });
    form.addEventListener('submit', () => { clearTimeout(resting); if (!box.value || box.value >= box.max) box.disabled = true; });
    window.addEventListener('pageshow', () => { box.disabled = false; });

    if (!play) { sessionStorage.removeItem('play'); return; }
    let timer = 0;
    const words = play.textContent;
    const show = playing => { play.setAttribute('aria-pressed', String(playing)); play.textContent = playing ? play.dataset.pause : words; };
    function step() {
      const next = read(box.value) + day;
      if (next >= read(box.max)) sessionStorage.removeItem('play');
      box.value = next >= read(box.max) ? box.max : write(next);
      look();
    }
    function pause(event) {
      if (!timer) return;
      clearTimeout(timer);
      timer = 0;
      sessionStorage.removeItem('play');
      show(false);
      if (event && play.contains(event.target)) stopped = true;
    }
    let stopped = false;
    play.addEventListener('click', () => {
      if (stopped) { stopped = false; return; }
      sessionStorage.setItem('play', '1');
      step();
    });
    document.addEventListener('keydown', pause, true);
    document.addEventListener('pointerdown', pause, true);
    if (sessionStorage.getItem('play') === '1') { timer = setTimeout(step, 1500); show(true); }
  }

  // Live: the server says that something has changed; the parts that show it are asked for anew, at most every two seconds.
  const live = document.querySelector('[data-live]');
  if (live && !document.body.classList.contains('past') && window.EventSource) {
    let waiting = null;
    const source = new EventSource('/live');
    source.addEventListener('changed', () => {
      waiting ??= setTimeout(() => { waiting = null; htmx.trigger(document.body, 'changed'); }, 2000);
    });
    window.addEventListener('pagehide', () => source.close());
  }

  document.addEventListener('htmx:load', event => prepare(event.detail.elt));
  forget(); prepare(document); count();
  document.querySelector('[data-focus]')?.focus();
})();
