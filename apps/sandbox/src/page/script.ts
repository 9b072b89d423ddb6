/** What the page does in the browser: it shows the state once a second, and sends what is pressed. */
export const script = `
  'use strict';
  const get = (id) => document.getElementById(id);
  const upstreams = [
    { name: 'lastfm', target: 'method', select: get('method'), force: get('force'), scenarios: get('scenarios') },
    { name: 'spotify', target: 'endpoint', select: get('endpoint'), force: get('spotifyforce'), scenarios: get('spotifyscenarios') },
  ];
  let drawn = false;
  let hasPremium = true;

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

  async function tell(method, path, body) {
    get('problem').textContent = await ask(method, path, body);
  }

  function show(state) {
    const { listener, clock, spotify } = state;
    get('title').textContent = listener.title;
    get('artist').textContent = listener.artist;
    get('album').textContent = listener.album ?? '';
    get('cover').hidden = listener.cover === null;
    if (listener.cover !== null && get('cover').getAttribute('src') !== listener.cover) get('cover').src = listener.cover;
    const left = Math.max(0, Math.ceil((listener.endMs - clock.nowMs) / 1000));
    get('left').textContent = left + ' s left, ' + listener.scrobbles + ' songs before it';
    showSpotify(spotify);
    for (const upstream of upstreams) showUpstream(upstream, state[upstream.name]);
    drawn = true;
  }

  function showSpotify({ switches, linked, apps }) {
    hasPremium = switches.premium;
    const names = apps.filter((app) => linked.includes(app.clientId)).map((app) => app.name);
    get('standing').textContent = (hasPremium ? 'the owner has Premium, ' : 'the owner has no Premium, ') +
      (names.length === 0 ? 'no app is linked.' : 'linked: ' + names.join(', ') + '.');
    get('premium').textContent = hasPremium ? 'Take Premium away from the owner' : 'Give Premium back to the owner';
    if (document.activeElement !== get('consent')) get('consent').value = switches.consent;
  }

  function showUpstream(upstream, { inForce, scenarios, [upstream.target + 's']: targets }) {
    upstream.force.textContent = inForce.length === 0
      ? 'Nothing is wrong.'
      : inForce.map((one) => describe(one, upstream.target)).join('; ');
    if (!drawn) draw(upstream, scenarios, targets);
    for (const button of upstream.scenarios.children) {
      const name = button.dataset.scenario;
      const isOn = inForce.some((one) => one.scenario === name) || (name === 'normal' && inForce.length === 0);
      button.setAttribute('aria-pressed', String(isOn));
    }
  }

  function describe(one, target) {
    const times = one.remaining === null ? '' : ' (' + one.remaining + ' more times)';
    const details = Object.keys(one.parameters).length === 0 ? '' : ' ' + JSON.stringify(one.parameters);
    return one.scenario + details + ' for ' + (one[target] ?? 'all ' + target + 's') + times;
  }

  function draw(upstream, scenarios, targets) {
    for (const target of targets) upstream.select.append(new Option(target, target));
    for (const { scenario, about, parameters } of scenarios) {
      if (Object.values(parameters).some((expects) => expects.endsWith('required'))) continue;
      const button = document.createElement('button');
      const small = document.createElement('small');
      button.dataset.scenario = scenario;
      small.textContent = about;
      button.append(scenario, small);
      button.addEventListener('click', () => set(upstream, scenario, {}));
      upstream.scenarios.append(button);
    }
  }

  async function set(upstream, scenario, parameters) {
    const target = upstream.select.value;
    const request = { scenario, ...parameters, ...(target === '' ? {} : { [upstream.target]: target }) };
    await tell('PUT', '/control/' + upstream.name, request);
  }

  get('play').addEventListener('submit', async (event) => {
    event.preventDefault();
    const { artist, title, album } = Object.fromEntries(new FormData(event.target));
    const track = { artist, title, ...(album === '' ? {} : { album }) };
    for (const upstream of upstreams) await set(upstream, 'playing', { track });
  });
  get('premium').addEventListener('click', () => tell('PUT', '/control/spotify/switches', { premium: !hasPremium }));
  get('revoke').addEventListener('click', () => tell('POST', '/control/spotify/revoke'));
  get('expire').addEventListener('click', () => tell('POST', '/control/spotify/expire'));
  get('consent').addEventListener('change', (event) => {
    event.target.blur();
    void tell('PUT', '/control/spotify/switches', { consent: event.target.value });
  });

  function refresh() {
    ask('GET', '/control').catch(() => { get('silence').hidden = false; });
  }
  refresh();
  setInterval(refresh, 1000);
`;
