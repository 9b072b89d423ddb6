import { script } from './script.js';

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
  #song { display: flex; gap: 1rem; align-items: center; min-height: 96px; }
  #song img { width: 96px; height: 96px; border-radius: 8px; background: #8884; }
  #song p { margin: 0; overflow-wrap: anywhere; }
  #title { font-weight: 600; }
  .scenarios { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: .5rem; }
  .scenarios button { text-align: left; padding: .5rem .75rem; border-radius: 8px; border: 1px solid #8888; cursor: pointer; }
  .scenarios button[aria-pressed="true"] { outline: 3px solid #c2410c; }
  .scenarios small { display: block; opacity: .75; }
  .choices { align-items: center; margin: 1rem 0; } summary { cursor: pointer; } button { font: inherit; }
  form, .choices { display: flex; flex-wrap: wrap; gap: .5rem; } input, select, form button, .choices button { padding: .35rem .5rem; font: inherit; }
  #problem, #silence { color: #c2410c; white-space: pre-wrap; }
`;

/** The page by which a person breaks Last.fm and Spotify and sees how the service behaves. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sandbox: a stand-in for Last.fm and Spotify</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<h1>A stand-in for Last.fm and Spotify</h1>
<p>Somebody invented listens to invented music here, and both services know of it. Last.fm is at <code>/2.0/</code>, its user is <code>Ada</code>, and any 32 hexadecimal digits are a key. Spotify is at <code>/spotify/accounts</code> and <code>/spotify/v1</code>.</p>
<div id="song"><img id="cover" alt="" hidden><div>
<p id="title"></p><p id="artist"></p><p id="album"></p><p><small id="left"></small></p>
</div></div>
<p id="problem" role="alert"></p>
<p id="silence" role="alert" hidden>The sandbox does not answer. Is it still running?</p>
<h2>Play a song of your own</h2>
<form id="play">
<input name="artist" aria-label="Artist" placeholder="Artist" required>
<input name="title" aria-label="Title" placeholder="Title" required>
<input name="album" aria-label="Album" placeholder="Album, if any">
<button>Play at both</button>
</form>
<div class="choices"><button id="stop">Stop the music</button> <button id="well">All is well again</button></div>
<h2>Spotify: <span id="standing" role="status"></span></h2>
<p>Press, and watch the service's first page: each is told apart. Press again, and it is over.</p>
<div id="faults" class="scenarios"></div>
<div class="choices">
<button id="revoke">Take back what was allowed to the apps</button>
<button id="expire">Let all access tokens expire</button>
<label>The consent page <select id="consent">
<option value="ask">asks</option><option value="agree">agrees at once</option>
<option value="deny">declines at once</option><option value="never">leads nowhere</option>
</select></label>
</div>
<p>What the Web API does now: <span id="spotifyforce" role="status"></span></p>
<details><summary>Everything that it can do</summary>
<p><label>For <select id="endpoint"><option value="">all endpoints</option></select></label></p>
<div id="spotifyscenarios" class="scenarios"></div>
</details>
<h2>What Last.fm does now: <span id="force" role="status"></span></h2>
<details><summary>Everything that it can do</summary>
<p><label>For <select id="method"><option value="">all methods</option></select></label></p>
<div id="scenarios" class="scenarios"></div>
</details>
<script>${script}</script>
</body>
</html>
`;
