"use strict";
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button.copy");
  if (!button) return;
  const was = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.text);
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = was; }, 1500);
  } catch {
    getSelection().selectAllChildren(button.previousElementSibling);
  }
});

// a verb runs, or Label Studio has not answered yet: what is said of it is asked for each second
async function refresh() {
  const box = document.getElementById("job");
  try {
    const answer = await fetch(`/job${location.search}`, { headers: { "X-Part": "job" } });
    if (answer.headers.get("X-State") !== "busy") return location.reload();
    const open = box.querySelector("details")?.open;
    const focused = box.contains(document.activeElement);
    if (answer.ok && !focused) {
      box.innerHTML = await answer.text();
      if (open) box.querySelector("details")?.setAttribute("open", "");
    }
  } catch {
    return; // the terminal was closed
  }
  setTimeout(refresh, 1000);
}
if (document.getElementById("refresh")) setTimeout(refresh, 700);
