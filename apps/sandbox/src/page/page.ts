const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  #song { display: flex; gap: 1rem; align-items: center; min-height: 96px; }
  #song img { width: 96px; height: 96px; border-radius: 8px; background: #8884; }
  #song p { margin: 0; overflow-wrap: anywhere; }
  #title { font-weight: 600; }
  #scenarios { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem; }
  #scenarios button { text-align: left; padding: .5rem .75rem; border-radius: 8px; border: 1px solid #8888; cursor: pointer; }
  #scenarios button[aria-pressed="true"] { outline: 3px solid #c2410c; }
  #scenarios small { display: block; opacity: .75; }
  form { display: flex; flex-wrap: wrap; gap: .5rem; } input, select, form button { padding: .35rem .5rem; font: inherit; }
  #problem, #silence { color: #c2410c; white-space: pre-wrap; }
`;

const script = `
  'use strict';
  const get = (id) => document.getElementById(id);
  let drawn = false;

  async function ask(method, path, body) {
    const options = { method, headers: {} };
    if (body !== undefined) {
      options.headers['content-type'] = 'application/json';
      options.body = JSON.stringify(body);
    }
    const response = await fetch(path, options);
    const answer = await response.json();
    get('silence').hidden = true;
    if (response.ok) show(answer);
    return response.ok ? '' : answer.detail;
  }

  function show({ listener, lastfm, clock }) {
    get('title').textContent = listener.title;
    get('artist').textContent = listener.artist;
    get('album').textContent = listener.album ?? '';
    get('cover').hidden = listener.cover === null;
    if (listener.cover !== null && get('cover').getAttribute('src') !== listener.cover) get('cover').src = listener.cover;
    const left = Math.max(0, Math.ceil((listener.endMs - clock.nowMs) / 1000));
    get('left').textContent = left + ' s left, ' + listener.scrobbles + ' songs before it';
    get('force').textContent = lastfm.inForce.length === 0
      ? 'Nothing is wrong.'
      : lastfm.inForce.map(describe).join('; ');
    if (!drawn) draw(lastfm);
    for (const button of get('scenarios').children) {
      const name = button.dataset.scenario;
      const isOn = lastfm.inForce.some((one) => one.scenario === name) || (name === 'normal' && lastfm.inForce.length === 0);
      button.setAttribute('aria-pressed', String(isOn));
    }
  }

  function describe(one) {
    const times = one.remaining === null ? '' : ' (' + one.remaining + ' more times)';
    const details = Object.keys(one.parameters).length === 0 ? '' : ' ' + JSON.stringify(one.parameters);
    return one.scenario + details + ' for ' + (one.method ?? 'all methods') + times;
  }

  function draw({ scenarios, methods }) {
    drawn = true;
    for (const method of methods) get('method').append(new Option(method, method));
    for (const { scenario, about, parameters } of scenarios) {
      if (Object.values(parameters).some((expects) => expects.endsWith('required'))) continue;
      const button = document.createElement('button');
      const small = document.createElement('small');
      button.dataset.scenario = scenario;
      small.textContent = about;
      button.append(scenario, small);
      button.addEventListener('click', () => set(scenario, {}));
      get('scenarios').append(button);
    }
  }

  async function set(scenario, parameters) {
    const method = get('method').value;
    const request = { scenario, ...parameters, ...(method === '' ? {} : { method }) };
    get('problem').textContent = await ask('PUT', '/control/lastfm', request);
  }

  get('play').addEventListener('submit', (event) => {
    event.preventDefault();
    const { artist, title, album } = Object.fromEntries(new FormData(event.target));
    void set('playing', { track: { artist, title, ...(album === '' ? {} : { album }) } });
  });

  function refresh() {
    ask('GET', '/control').catch(() => { get('silence').hidden = false; });
  }
  refresh();
  setInterval(refresh, 1000);
`;

/** The page by which a person breaks Last.fm and sees how the service behaves. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: a stand-in for Last.fm</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>A stand-in for Last.fm</h1>
<p>Somebody invented listens to invented music here. The API is at <code>/2.0/</code>, its user is <code>Ada</code>, and any 32 hexadecimal digits are a key.</p>
<div id="song"><img id="cover" alt="" hidden><div>
<p id="title"></p><p id="artist"></p><p id="album"></p><p><small id="left"></small></p>
</div></div>
<h2>What Last.fm does now: <span id="force" role="status"></span></h2>
<p>Choose how Last.fm shall behave, and watch what the service makes of it.</p>
<p><label>For <select id="method"><option value="">all methods</option></select></label></p>
<p id="problem" role="alert"></p>
<p id="silence" role="alert" hidden>The sandbox does not answer. Is it still running?</p>
<div id="scenarios"></div>
<h2>Play a song of your own</h2>
<form id="play">
<input name="artist" aria-label="Artist" placeholder="Artist" required>
<input name="title" aria-label="Title" placeholder="Title" required>
<input name="album" aria-label="Album" placeholder="Album, if any">
<button>Play</button>
</form>
<script>${script}</script>
</body>
</html>
`;
