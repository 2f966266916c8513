// A chart is drawn from the table that stands below it: <figure data-chart="line|bar" data-table="id">. The table stays, for
// those who cannot see the chart and for printing.
(() => {
  'use strict';
  const text = cell => cell.textContent.trim();
  const number = cell => Number(text(cell).replace(/[^\d.-]/g, '')) || 0;
  const colors = ['#14539f', '#b3261e', '#b97900', '#1b5e20', '#5b2a86', '#00708a'];
  const charts = [];
  function draw(root) { for (const figure of root.querySelectorAll('[data-chart]:not([data-drawn])')) drawOne(figure); }
  function drawOne(figure) {
    figure.dataset.drawn = '';
    const table = document.getElementById(figure.dataset.table);
    const holder = figure.querySelector('.chart');
    if (!table || !holder) return;
    const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells].map(text);
    const rows = [...table.tBodies[0].rows];
    const series = heads.slice(1).map((name, i) => ({
      name, type: figure.dataset.chart, data: rows.map(row => number(row.cells[i + 1])), symbolSize: 5, barMaxWidth: 26,
      stack: figure.dataset.stack === undefined ? undefined : 'all',
    }));
    const categories = { type: 'category', data: rows.map(row => text(row.cells[0])), axisLabel: { color: '#1c2430', hideOverlap: true } };
    const values = { type: 'value', minInterval: 1, axisLabel: { color: '#1c2430' } };
    const across = figure.dataset.across !== undefined;
    if (across) categories.inverse = true;
    const chart = echarts.init(holder, null, { renderer: 'canvas' });
    chart.setOption({
      color: colors, animation: false, textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true }, legend: { top: 0, show: series.length > 1 },
      tooltip: { trigger: 'axis', renderMode: 'richText' },
      xAxis: across ? values : categories, yAxis: across ? categories : values, series,
    });
    charts.push(chart);
  }
  draw(document);
  document.addEventListener('htmx:load', event => draw(event.detail.elt.parentElement ?? document));
  window.addEventListener('resize', () => charts.forEach(chart => chart.resize()));
  window.addEventListener('beforeprint', () => charts.forEach(chart => chart.resize({ width: 900 })));
})();
