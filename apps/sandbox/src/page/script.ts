/** What the page does in the browser: it shows the state once a second, and sends what is pressed. */
export const script = `
  'use strict';
  const get = (id) => document.getElementById(id);
  const upstreams = [
    { name: 'lastfm', target: 'method', select: get('method'), force: get('force'), scenarios: get('scenarios') },
    { name: 'spotify', target: 'endpoint', select: get('endpoint'), force: get('spotifyforce'), scenarios: get('spotifyscenarios') },
  ];
  // Rests are short here, so that nobody has to wait for hours to see them end.
  const faults = [
    { name: 'The owner of the app has no Premium', about: 'Spotify closes the whole app.', premium: false },
    { name: 'The account is not registered', about: 'It is not among the users of the app.', scenario: 'not-registered' },
    { name: 'A scope is missing', about: 'The account has agreed to less.', scenario: 'insufficient-scope' },
    { name: 'Too many requests', about: 'Asks to be left alone for 20 s.', scenario: 'rate-limited', parameters: { retryAfter: 20 } },
    { name: 'The quota is spent', about: 'Asks to be left alone for 2 min.', scenario: 'quota', parameters: { retryAfter: 120 } },
    { name: 'Spotify is down', about: 'It answers 503.', scenario: 'unavailable' },
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

  function showSpotify({ switches, linked, apps, inForce }) {
    hasPremium = switches.premium;
    const names = apps.filter((app) => linked.includes(app.clientId)).map((app) => app.name);
    get('standing').textContent = (hasPremium ? 'the owner has Premium, ' : 'the owner has no Premium, ') +
      (names.length === 0 ? 'no app is linked.' : 'linked: ' + names.join(', ') + '.');
    if (!drawn) for (const fault of faults) get('faults').append(button(fault.name, fault.about, () => toggle(fault)));
    faults.forEach((fault, index) => {
      get('faults').children[index].setAttribute('aria-pressed', String(isOn(fault, inForce)));
    });
    if (document.activeElement !== get('consent')) get('consent').value = switches.consent;
  }

  function isOn(fault, inForce) {
    if (fault.scenario === undefined) return !hasPremium;
    return inForce.some((one) => one.scenario === fault.scenario && one.endpoint === null);
  }

  async function toggle(fault) {
    const isPressed = get('faults').children[faults.indexOf(fault)].getAttribute('aria-pressed') === 'true';
    if (fault.scenario === undefined) await tell('PUT', '/control/spotify/switches', { premium: isPressed });
    else if (isPressed) await tell('PUT', '/control/spotify', { scenario: 'normal' });
    else await tell('PUT', '/control/spotify', { scenario: fault.scenario, ...fault.parameters });
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
      const made = button(scenario, about, () => set(upstream, scenario, {}));
      made.dataset.scenario = scenario;
      upstream.scenarios.append(made);
    }
  }

  function button(name, about, pressed) {
    const made = document.createElement('button');
    const small = document.createElement('small');
    small.textContent = about;
    made.append(name, small);
    made.addEventListener('click', pressed);
    return made;
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
  get('revoke').addEventListener('click', () => tell('POST', '/control/spotify/revoke'));
  get('expire').addEventListener('click', () => tell('POST', '/control/spotify/expire'));
  get('stop').addEventListener('click', async () => {
    for (const { name } of upstreams) await tell('PUT', '/control/' + name, { scenario: 'idle' });
  });
  get('well').addEventListener('click', async () => {
    await tell('PUT', '/control/spotify/switches', { premium: true });
    for (const { name } of upstreams) await tell('DELETE', '/control/' + name);
  });
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
