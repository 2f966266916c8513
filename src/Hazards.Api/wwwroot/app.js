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

  // 时光机: the slider sets the box; playing goes a day forward every second and a half until today.
  function time(form) {
    const box = form.querySelector('input[name=asOf]'), slider = form.querySelector('[data-time-slider]');
    const at = days => { const d = new Date(box.max + ':00Z'); d.setUTCDate(d.getUTCDate() + days); return d.toISOString().slice(0, 16); };
    slider?.addEventListener('input', () => { box.value = at(Number(slider.value)); });
    slider?.addEventListener('change', () => { if (slider.value === '0') box.disabled = true; form.requestSubmit(); });
    form.addEventListener('submit', () => { if (box.value >= box.max) box.disabled = true; });
    form.querySelector('[data-time-play]')?.addEventListener('click', () => { sessionStorage.setItem('play', '1'); step(); });
    function step() {
      const next = Number(slider.value) + 1;
      if (next >= 0) { sessionStorage.removeItem('play'); box.disabled = true; form.requestSubmit(); return; }
      box.value = at(next); form.requestSubmit();
    }
    if (sessionStorage.getItem('play') === '1') {
      if (!document.body.classList.contains('past')) { sessionStorage.removeItem('play'); return; }
      const timer = setTimeout(step, 1500);
      document.addEventListener('keydown', () => { clearTimeout(timer); sessionStorage.removeItem('play'); }, { once: true });
      document.addEventListener('pointerdown', () => { clearTimeout(timer); sessionStorage.removeItem('play'); }, { once: true });
    }
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
  prepare(document); forget(); count();
  document.querySelector('[data-focus]')?.focus();
})();
