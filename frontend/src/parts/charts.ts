import { BarChart, LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use, type EChartsCoreOption } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

use([BarChart, CanvasRenderer, GridComponent, LegendComponent, LineChart, TooltipComponent]);

interface Column {
  name: string;
  values: (number | null)[];
}

/** Draw every chart in a place from the table that the place names. */
export function drawCharts(place: HTMLElement): void {
  const table = document.getElementById(place.dataset.charts ?? "");
  if (!(table instanceof HTMLTableElement)) return;
  place.hidden = false;
  const chosen = matchMedia("(prefers-color-scheme: dark)");
  const drawn = [...place.querySelectorAll<HTMLElement>("[data-chart]")].map((box) => {
    const chart = init(box, null, { renderer: "canvas" });
    chart.setOption(optionOf(box, table));
    return { box, chart };
  });
  const again = () => drawn.forEach(({ box, chart }) => chart.setOption(optionOf(box, table), true));
  chosen.addEventListener("change", again);
  new ResizeObserver(() => drawn.forEach(({ chart }) => chart.resize())).observe(place);
}

function optionOf(box: HTMLElement, table: HTMLTableElement): EChartsCoreOption {
  const style = getComputedStyle(box);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const isShare = box.dataset.chart === "share";
  const columns = (box.dataset.columns ?? "").split(",").map((name) => columnOf(table, name));
  const text = { color: token("--muted"), fontFamily: style.fontFamily, fontSize: parseFloat(style.fontSize) * 0.8 };
  const colours = [token("--first"), token("--second")];
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return {
    animation: !still,
    animationDuration: 300,
    color: colours,
    textStyle: text,
    grid: { left: 8, right: 12, top: columns.length > 1 ? 34 : 14, bottom: 4, containLabel: true },
    legend: { show: columns.length > 1, top: 0, left: 0, itemWidth: 14, textStyle: text },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: token("--sheet"),
      borderColor: token("--line"),
      textStyle: { ...text, color: token("--ink") },
      valueFormatter: (value: unknown) => shown(value, isShare),
    },
    xAxis: {
      type: "category",
      data: monthsOf(table),
      axisLabel: { ...text, hideOverlap: true },
      axisLine: { lineStyle: { color: token("--line") } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      minInterval: 1,
      max: isShare ? 100 : undefined, // from nought, so that little looks little
      axisLabel: { ...text, formatter: isShare ? "{value}%" : "{value}" },
      splitLine: { lineStyle: { color: token("--line") } },
    },
    series: columns.map((column, at) => seriesOf(column, colours[at] ?? "", isShare, at > 0)),
  };
}

function seriesOf(column: Column, colour: string, isShare: boolean, isSecond: boolean): object {
  const shared = { name: column.name, data: column.values };
  if (isShare) return { ...shared, type: "line", symbol: "circle", symbolSize: 8, connectNulls: false };
  // The second bar is hollow: told from the first without colour.
  const itemStyle = isSecond ? { color: "transparent", borderColor: colour, borderWidth: 1.5 } : {};
  return { ...shared, type: "bar", barMaxWidth: 18, itemStyle };
}

function shown(value: unknown, isShare: boolean): string {
  if (typeof value !== "number" || Number.isNaN(value)) return "–";
  return isShare ? `${value.toFixed(1)}%` : String(value);
}

function monthsOf(table: HTMLTableElement): string[] {
  return [...table.querySelectorAll("tbody th")].map((cell) => cell.textContent?.trim() ?? "");
}

function columnOf(table: HTMLTableElement, name: string): Column {
  const heads = [...table.querySelectorAll<HTMLElement>("thead th")];
  const place = heads.findIndex((head) => head.dataset.column === name);
  const rows = [...table.querySelectorAll<HTMLTableRowElement>("tbody tr")];
  const values = rows.map((row) => {
    const text = (row.cells[place] as HTMLElement | undefined)?.dataset.value ?? "";
    return text === "" ? null : Number(text);
  });
  return { name: heads[place]?.textContent?.trim() ?? "", values };
}
