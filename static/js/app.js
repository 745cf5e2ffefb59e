// The whole of Pumphouse's own script: theme, calm polling, the log's scrolling. htmx does the rest.

const THEMES = { auto: "system", light: "light", dark: "dark" };
const MOST_LOG_LINES = 2000;

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function storedTheme() {
  const theme = localStorage.getItem("theme");
  return theme in THEMES ? theme : "auto";
}

function showTheme() {
  document.getElementById("theme")?.setAttribute("aria-label", `Theme: ${THEMES[storedTheme()]}`);
}

function nextTheme() {
  const names = Object.keys(THEMES);
  const theme = names[(names.indexOf(storedTheme()) + 1) % names.length];
  localStorage.setItem("theme", theme);
  applyTheme(theme);
  showTheme();
}

// Nobody looks at a hidden page: it asks again when it is shown. Without a session it never does.
function skipWhenHidden(event) {
  const ended = !document.getElementById("logged-out").hidden;
  if ((document.hidden || ended) && event.detail.elt.matches("[data-poll]")) event.preventDefault();
}

// A poll without a session is answered with 401: the page stays as it is, with what was typed.
function tellLoggedOut(event) {
  if (event.detail.xhr.status !== 401) return;
  const banner = document.getElementById("logged-out");
  const here = encodeURIComponent(location.pathname + location.search);
  banner.querySelector("a").href = `${banner.dataset.login}?next=${here}`;
  banner.hidden = false;
}

// Until the server answers again, the page tells that what it shows may have changed.
function tellOffline(event) {
  if (event.detail.xhr.status >= 500 || !event.detail.xhr.status) showOffline();
}

function showOffline() {
  document.getElementById("offline").hidden = false;
}

function tellAnswered() {
  // as the server writes times: 24 hours, with the zone
  const style = { hourCycle: "h23", timeZoneName: "short" };
  const answered = document.querySelector("[data-answered]");
  if (!answered) return; // the page of a fault has no banner
  answered.textContent = new Date().toLocaleTimeString("en-US", style);
  document.getElementById("offline").hidden = true;
}

// What somebody has selected stays until it is copied; lines that are added to a log leave it.
function spareSelection(event) {
  const selection = getSelection();
  const target = event.detail.target;
  if (selection.isCollapsed || target.id === "log") return;
  if (selection.containsNode(target, true)) event.detail.shouldSwap = false;
}

// A form is not taken from under the hands of whoever fills it in.
function spareFocusedForm(event) {
  const focused = document.activeElement;
  const typing = focused?.matches("input:not([type=hidden]), textarea, select");
  if (typing && event.detail.target.contains(focused)) event.detail.shouldSwap = false;
}

// Times are shown and read in the browser's zone: the server is told which that is.
function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.cookie = `time_zone=${zone}; path=/; max-age=31536000; SameSite=Lax`;
  for (const shown of document.querySelectorAll("[data-zone]")) {
    if (shown.matches("input")) shown.value = zone;
    else shown.textContent = zone;
  }
}

function announceState() {
  const announcer = document.getElementById("announcer");
  const said = document.querySelector("[data-announce]")?.dataset.announce;
  if (said && announcer.dataset.said && announcer.dataset.said !== said) announcer.textContent = said;
  if (said) announcer.dataset.said = said;
}

function scrollLog() {
  const log = document.getElementById("log");
  if (!log) return;
  while (log.childElementCount > MOST_LOG_LINES) log.firstElementChild.remove();
  if (document.getElementById("follow").checked) log.scrollTop = log.scrollHeight;
}

function followUnlessScrolledUp(event) {
  if (event.target.id !== "log") return;
  const log = event.target;
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 24;
  document.getElementById("follow").checked = atEnd;
}

// The page of a plan changes when its job ends: load it anew, but not under somebody's hands.
function reloadWhenIdle() {
  const nobodyAtWork = document.activeElement === document.body || document.activeElement.id === "main";
  if (document.querySelector("[data-reload]") && nobodyAtWork) location.reload();
}

function afterSwap() {
  announceState();
  scrollLog();
  reloadWhenIdle();
}

function press(event) {
  if (event.target.closest("#theme")) nextTheme();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

function ready() {
  tellAnswered();
  showTheme();
  tellZone();
  announceState();
  scrollLog();
}

// A box in the heading of a table ticks all boxes of its rows.
function tickAll(event) {
  const name = event.target.dataset.ticks;
  if (!name) return;
  for (const box of document.getElementsByName(name)) box.checked = event.target.checked;
}

applyTheme(storedTheme());
document.addEventListener("DOMContentLoaded", ready);
document.addEventListener("change", tickAll);
document.addEventListener("click", press);
document.addEventListener("change", (event) => event.target.id === "follow" && scrollLog());
document.addEventListener("scroll", followUnlessScrolledUp, true);
document.addEventListener("htmx:beforeRequest", skipWhenHidden);
document.addEventListener("htmx:responseError", tellLoggedOut);
document.addEventListener("htmx:oobBeforeSwap", spareFocusedForm);
document.addEventListener("htmx:oobBeforeSwap", spareSelection);
document.addEventListener("htmx:beforeSwap", spareSelection);
document.addEventListener("htmx:sendError", tellOffline);
document.addEventListener("htmx:responseError", tellOffline);
document.addEventListener("htmx:afterOnLoad", tellAnswered);
window.addEventListener("offline", showOffline);
document.addEventListener("htmx:afterSettle", afterSwap);
