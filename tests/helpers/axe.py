"""axe-core in a page: what it finds of accessibility faults, Streamlit's own left out.

`tests/helpers/setup_browser.sh` fetches axe-core with npm, beside the Python environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# By rule, the element (a CSS selector) that Streamlit draws so, and we cannot change.
OF_STREAMLIT = {
    # It has a role that hides it, and a label: only the button in it can be reached.
    "presentation-role-conflict": '[data-testid="stFileUploaderDropzone"]',
    # Long lines of code scroll, and only with a pointer.
    "scrollable-region-focusable": '[data-testid="stCode"] pre',
}
_RUN = """
async ([ofStreamlit]) => {
  const {violations} = await axe.run(document, {
    resultTypes: ["violations"], rules: {"target-size": {enabled: true}},
  });
  const found = [];
  for (const {id, nodes} of violations)
    for (const node of nodes) {
      const element = document.querySelector(node.target[0]);
      if (ofStreamlit[id] && element?.matches(ofStreamlit[id])) continue;
      const why = [...node.any, ...node.all, ...node.none][0]?.message ?? "";
      found.push(`${id}: ${node.html.slice(0, 120)} ${why.slice(0, 160)}`);
    }
  return found;
}
"""


def axe_script() -> Path:
    """Return where axe-core is, or would be."""
    named = os.environ.get("AXE")
    return Path(named) if named else Path(sys.prefix) / "axe/node_modules/axe-core/axe.min.js"


def reason_to_skip() -> str | None:
    """Say why pages cannot be checked here, or return None when they can."""
    if axe_script().is_file():
        return None
    return f"no axe-core at {axe_script()}; tests/helpers/setup_browser.sh fetches it with npm"


def violations(page: Page) -> list[str]:
    """Return what axe-core finds in a page, a line each, the elements of Streamlit left out."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.add_script_tag(path=axe_script())
    found: list[str] = page.evaluate(_RUN, [OF_STREAMLIT])
    return found
