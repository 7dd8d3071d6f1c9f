// Plotly keeps every touch to itself, so that a finger on a chart could not scroll the page. Where it
// does not see the touch, the browser scrolls, and makes a click of a tap, which Plotly does see.
// Two fingers are left to it.
if (!window.chartsLetTouchesPass) {
  window.chartsLetTouchesPass = true;
  // Surfaces listen to moves without a start.
  for (const type of ["touchstart", "touchmove"]) {
    document.addEventListener(
      type,
      (event) => {
        if (event.touches.length === 1 && event.target.closest?.(".js-plotly-plot")) {
          event.stopImmediatePropagation();
        }
      },
      { capture: true, passive: true },
    );
  }
}
