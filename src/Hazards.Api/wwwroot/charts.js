// A chart is drawn from the table that stands below it; the table stays, for those who cannot see the chart and for paper.
//   <figure data-chart="bar|line" data-table="id"> <div class="chart" role="img" aria-label="…"></div> </figure>
// Of each row of the table's body the first cell names it (by its link, if it has one) and every further cell is a number (its data-value, if it has one).
//   data-series="1=name;4=name"  only these cells of a row, under these names (needed where the head has several rows)
//   data-first="1"               which cell names the row (0)
//   data-top="20"                only so many rows, the first ones
//   data-ranked="0"              only rows that have a number in this cell
//   data-most="100"              the axis ends here
//   data-across                  bars lie across: for long names
//   data-stack                   the series stand on each other
// Nothing moves when it is drawn: .chart has its height from the style sheet. Tooltips are drawn, not written: the content
// policy allows no inline style.
(() => {
  'use strict';
  const text = cell => (cell?.textContent ?? '').trim().replace(/\s+/g, ' ');
  const number = cell => {
    const found = /-?\d+(\.\d+)?/.exec(cell?.dataset.value ?? text(cell).replace(/[−]/g, '-').replace(/,/g, ''));
    return found ? Number(found[0]) : null;
  };
  const colors = ['#14539f', '#2a9d5c', '#b3261e', '#e0a100', '#5b2a86', '#00708a'];
  const shorten = (name, most) => name.length > most ? name.slice(0, most - 1) + '…' : name;
  const charts = [];
  function draw(figure) {
    const table = document.getElementById(figure.dataset.table);
    const holder = figure.querySelector('.chart');
    if (!table || !holder || holder.dataset.drawn) return;
    holder.dataset.drawn = '1';
    const naming = Number(figure.dataset.first ?? 0), across = figure.dataset.across !== undefined;
    let rows = [...table.tBodies[0].rows];
    if (figure.dataset.ranked !== undefined) rows = rows.filter(row => number(row.cells[Number(figure.dataset.ranked)]) !== null);
    if (figure.dataset.top) rows = rows.slice(0, Number(figure.dataset.top));
    if (rows.length === 0) { figure.hidden = true; return; }
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map(text);
    const columns = figure.dataset.series
      ? figure.dataset.series.split(';').map(part => { const at = part.indexOf('='); return [Number(part.slice(0, at)), part.slice(at + 1)]; })
      : heads.map((name, i) => [i, name]).slice(1);
    const series = columns.map(([at, name]) => ({
      name, type: figure.dataset.chart, data: rows.map(row => number(row.cells[at])), symbolSize: 5, barMaxWidth: 22, barGap: '8%',
      stack: figure.dataset.stack === undefined ? undefined : 'all',
      label: { show: across && columns.length === 1, position: 'right', color: '#1c2430' },
    })).filter(one => one.data.some(value => value));
    if (series.length === 0) { figure.hidden = true; return; }
    const narrow = holder.clientWidth < 600;
    const names = rows.map(row => text(row.cells[naming]?.querySelector('a') ?? row.cells[naming]));
    const axisLabel = { color: '#1c2430', fontSize: narrow ? 11 : 12 };
    const categories = {
      type: 'category', data: names, axisTick: { show: false },
      axisLabel: { ...axisLabel, interval: across || rows.length <= 26 && !narrow ? 0 : 'auto', rotate: !across && rows.length > (narrow ? 4 : 14) ? 40 : 0, formatter: name => shorten(name, across ? narrow ? 9 : 18 : 9) },
    };
    const values = { type: 'value', minInterval: 1, max: figure.dataset.most ? Number(figure.dataset.most) : undefined, axisLabel };
    if (across) categories.inverse = true;
    const chart = echarts.init(holder, null, { renderer: 'canvas' });
    chart.setOption({
      color: colors, animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: across ? 48 : 16, top: series.length > 1 ? narrow ? 56 : 36 : 16, bottom: 8, containLabel: true }, legend: { top: 0, show: series.length > 1, itemWidth: 14, itemHeight: 10 },
      tooltip: { trigger: 'axis', axisPointer: { type: figure.dataset.chart === 'bar' ? 'shadow' : 'line' }, renderMode: 'richText', confine: true },
      xAxis: across ? values : categories, yAxis: across ? categories : values, series,
    });
    charts.push(chart);
  }
  const drawAll = root => { for (const figure of root.querySelectorAll?.('[data-chart]') ?? []) draw(figure); };
  drawAll(document);
  document.addEventListener('htmx:load', event => drawAll(event.detail.elt.parentElement ?? document));
  const fit = size => charts.forEach(chart => { if (!chart.isDisposed() && document.contains(chart.getDom())) chart.resize(size); });
  window.addEventListener('resize', () => fit());
  window.addEventListener('beforeprint', () => fit({ width: 960 }));
  window.addEventListener('afterprint', () => fit());
})();
