// Draws the months of a board; the table on the page says the same without it.

const place = document.querySelector<HTMLElement>("[data-charts]");

if (place) void import("./parts/charts").then(({ drawCharts }) => drawCharts(place));

export {};
