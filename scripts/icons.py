"""Draw the icons of the installed app from `seal.svg`, in Chromium: `scripts/icons.py`.

The maskable one has the sign in the inner four fifths, since phones cut the edge away.
Source: W3C Web Application Manifest, “purpose” (safe zone of 40 % radius).
"""

from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).parents[1] / "src/gongzhi/site/static/gongzhi"
SIZES = {"icon-192": (192, 1.0), "icon-512": (512, 1.0), "icon-maskable-512": (512, 0.72)}


def main() -> None:
    """Write the icons."""
    seal = (STATIC / "seal.svg").read_text(encoding="utf-8")
    (STATIC / "icons").mkdir(exist_ok=True)
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        for name, (size, share) in SIZES.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            ground = "#0f6b57" if share < 1 else "transparent"
            page.set_content(
                f"<style>body{{margin:0;background:{ground};display:grid;place-items:center;"
                f"height:100vh}}svg{{width:{share * 100}%}}</style>{seal}"
            )
            page.screenshot(path=STATIC / f"icons/{name}.png", omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
