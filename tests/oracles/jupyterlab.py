"""Runs a notebook in the real JupyterLab, as a person would, and photographs it in both themes.

    pip install jupyterlab==4.6.6 playwright==1.65.2      # and a Chromium
    python tests/oracles/jupyterlab.py NOTEBOOK FOLDER    # from the repository's root

Installs the kernelspec "Illume (Deno)" where nobody else sees it, starts JupyterLab on a copy of
NOTEBOOK in a folder of its own, and runs its cells one after the other. A cell with the tag
"interrupt" is interrupted by the button after two seconds, and has to say where it stopped; any
other error fails. Prints seconds by cell, and writes FOLDER/light.png and FOLDER/dark.png.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

WIDTH = 1280
SECONDS_A_CELL = 120
SECONDS_BEFORE_INTERRUPT = 2
DISPLAY_NAME = "Illume (Deno)"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def start(folder, theme):
    """JupyterLab on folder/work, and its address."""
    settings = folder / "config" / "lab" / "user-settings" / "@jupyterlab"
    write(settings / "apputils-extension" / "themes.jupyterlab-settings", {"theme": theme})
    write(settings / "notebook-extension" / "tracker.jupyterlab-settings", {"windowingMode": "none"})
    write(settings / "apputils-extension" / "notification.jupyterlab-settings",
          {"fetchNews": "false", "checkForUpdates": False})
    environment = {**os.environ, "JUPYTER_DATA_DIR": str(folder / "data"),
                   "JUPYTER_CONFIG_DIR": str(folder / "config"),
                   "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    subprocess.run(["deno", "task", "--quiet", "kernel"], env=environment, check=True)
    log = folder / "log.txt"
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0",
         f"--ServerApp.root_dir={folder / 'work'}"],
        env=environment, stderr=log.open("w"))
    while server.poll() is None:
        if address := re.search(r"http://127\.0\.0\.1:(\d+)/lab\?token=(\w+)", log.read_text()):
            return server, *address.groups()
        time.sleep(0.1)
    raise SystemExit(f"Expected JupyterLab to start, but found:\n{log.read_text()}")


def run(page, cells):
    """Runs the cells from the top. Gives seconds by cell."""
    took = []
    shown = page.locator(".jp-Notebook .jp-Cell")
    for index, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        box = shown.nth(index)
        prompt = box.locator(".jp-InputPrompt")
        box.locator(".cm-content").click()
        before = time.time()
        page.keyboard.press("Control+Enter")
        if "interrupt" in cell["metadata"].get("tags", []):
            time.sleep(SECONDS_BEFORE_INTERRUPT)
            page.locator('[data-command="notebook:interrupt-kernel"]').first.click()
        while not re.search(r"\[\d+\]", prompt.inner_text()):
            if time.time() - before > SECONDS_A_CELL:
                raise SystemExit(f"Expected an end of cell {index}, but found none")
            time.sleep(0.02)
        took.append(round(time.time() - before, 2))
    return took


def photograph(page, path):
    """All of the notebook, which scrolls within the page: so the window has to be as tall."""
    page.keyboard.press("Escape")
    panel = page.locator(".jp-WindowedPanel-outer")
    panel.evaluate("panel => panel.scrollTop = 0")
    bottom = page.locator(".jp-Notebook .jp-Cell").last.bounding_box()
    page.set_viewport_size({"width": WIDTH, "height": int(bottom["y"] + bottom["height"]) + 100})
    panel.evaluate("panel => panel.scrollTop = 0")
    page.wait_for_timeout(500)
    page.screenshot(path=str(path))


def check(path):
    """The notebook as JupyterLab saved it: errors stand where an interrupt was asked for, alone."""
    for index, cell in enumerate(json.loads(path.read_text())["cells"]):
        errors = [f"{output['ename']}: {output['evalue']}" for output in cell.get("outputs", [])
                  if output["output_type"] == "error"]
        is_asked = "interrupt" in cell["metadata"].get("tags", [])
        if cell["cell_type"] == "code" and cell["execution_count"] is None:
            raise SystemExit(f"Expected cell {index} to have run, but found that it has not")
        if is_asked and not (len(errors) == 1 and errors[0].startswith("Interrupted: stopped ")):
            raise SystemExit(f"Expected cell {index} to say where it stopped, but found {errors}")
        if errors and not is_asked:
            raise SystemExit(f"Expected cell {index} to run, but found {errors}")


def look(notebook, screenshots, name, theme):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="jupyterlab-"))
    cells = notebook["cells"]
    copy = folder / "work" / "notebook.ipynb"
    kernel = {"name": "illume", "display_name": DISPLAY_NAME, "language": "typescript"}
    write(copy, {**notebook, "metadata": {**notebook["metadata"], "kernelspec": kernel}})
    server, port, token = start(folder, theme)
    try:
        with sync_playwright() as playwright:
            chromium = shutil.which("chromium") or shutil.which("google-chrome")
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = browser.new_page(viewport={"width": WIDTH, "height": 900})
            page.goto(f"http://127.0.0.1:{port}/doc/tree/notebook.ipynb?token={token}")
            page.locator(".jp-Notebook .jp-Cell").first.wait_for()
            page.locator(".jp-KernelName", has_text=DISPLAY_NAME).first.wait_for()
            page.locator('[data-status="idle"]').first.wait_for()
            try:
                print(f"{name}: {run(page, cells)} s")
                page.keyboard.press("Control+s")
                page.wait_for_timeout(1000)
            finally:
                photograph(page, screenshots / f"{name}.png")
                browser.close()
        check(copy)
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(folder)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit("Expected a notebook and a folder for screenshots")
    notebook = json.loads(pathlib.Path(sys.argv[1]).read_text())
    screenshots = pathlib.Path(sys.argv[2])
    screenshots.mkdir(parents=True, exist_ok=True)
    for name, theme in THEMES.items():
        look(notebook, screenshots, name, theme)
