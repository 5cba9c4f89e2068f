"use strict";
(() => {
  const charts = JSON.parse(document.getElementById("charts").textContent);
  const color = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
  const whole = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const width = box => Math.max(240, box.clientWidth);

  // Names stand so far apart that none covers the next.
  const every = (plot, chart) => {
    const longest = Math.max(...chart.categories.map(name => name.length));
    return Math.max(1, Math.ceil(chart.categories.length * (longest * 7 + 14) / Math.max(1, plot.width - 80)));
  };

  const drawn = [];
  const draw = () => charts.forEach((chart, number) => {
    const box = document.getElementById("chart-" + number);
    drawn[number]?.destroy();
    box.replaceChildren();
    const names = Object.keys(chart.series);
    const places = chart.categories.map((_, place) => place);
    const axis = { stroke: color("--faint"), grid: { stroke: color("--line"), width: 1 }, ticks: { stroke: color("--line") } };
    // Bars of several series would cover each other; points do not.
    const bars = chart.kind === "bars" && names.length === 1;
    const apart = chart.kind === "bars" && !bars;
    const series = names.map((name, at) => ({
      label: names.length > 1 ? name : chart.up,
      stroke: color("--series-" + at % 4),
      fill: bars ? color("--series-" + at % 4) : undefined,
      width: 2,
      points: { show: !bars, size: 7, fill: color("--series-" + at % 4) },
      paths: bars ? uPlot.paths.bars({ size: [0.7, 60] }) : apart ? () => null : undefined,
      value: (_, value) => value == null ? "" : whole.format(value),
    }));
    drawn[number] = new uPlot({
      width: width(box),
      height: 260,
      legend: { live: true },
      cursor: { drag: { x: false, y: false } },
      scales: { x: { time: false, range: [-0.6, places.length - 0.4] }, y: { range: (_, low, high) => [0, high * 1.08 || 1] } },
      axes: [
        {
          ...axis, label: chart.across, splits: () => places,
          values: (plot, splits) => splits.map(place => place % every(plot, chart) ? "" : chart.categories[place] ?? ""),
        },
        { ...axis, label: chart.up, size: 64, values: (_, splits) => splits.map(value => short.format(value)) },
      ],
      series: [{ label: chart.across, value: (_, place) => chart.categories[place] ?? "" }, ...series],
    }, [places, ...names.map(name => chart.series[name])], box);
  });

  draw();
  addEventListener("resize", () => drawn.forEach((plot, number) => {
    plot.setSize({ width: width(document.getElementById("chart-" + number)), height: 260 });
  }));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
})();
