/// The page that the service answers `GET /` with: one draws on it and sees what the model reads.
///
/// One file that loads nothing else. Its script needs `v1/model` and `v1/predict` beside it.
enum DrawingPage {
  static let html = #"""
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>mnist-predict</title>
    <link rel="icon" href="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 28 28'>
    <rect width='28' height='28' rx='6'/><path d='M8 8h12l-7 13' fill='none' stroke='white' stroke-width='3'
    stroke-linecap='round' stroke-linejoin='round'/></svg>">
    <style>
    \#(style)
    </style>
    </head>
    <body>
    <header>
    <h1>mnist-predict</h1>
    <p>Draw, and the model reads along.</p>
    </header>
    <main>
    <section aria-label="Drawing">
    <div id="board">
    <canvas id="paper" width="560" height="560" tabindex="0" role="application" aria-label="Paper to draw on"
    aria-describedby="keys"></canvas>
    <img id="picture" alt="" hidden>
    <p id="invitation">Draw here<small>or drop a picture</small></p>
    <p id="name" dir="auto" hidden></p>
    <span id="pen"></span>
    </div>
    <div id="buttons">
    <button type="button" id="undo">Undo</button>
    <button type="button" id="clear">Clear</button>
    <button type="button" id="choose">Picture…</button>
    <input type="file" id="file" accept=".png,.pgm,.ppm,.pbm,image/png" hidden>
    </div>
    <p id="keys"><kbd>Arrows</kbd> move the pen, <kbd>Space</kbd> puts it down or lifts it,
    <kbd>Ctrl Z</kbd> undoes, <kbd>Esc</kbd> clears, <kbd>Ctrl V</kbd> takes a picture.</p>
    </section>
    <section aria-label="Answer" id="answer" class="empty">
    <p id="error" role="alert" dir="auto"></p>
    <div id="result">
    <div>
    <p id="verdict" dir="auto"></p>
    <p id="certainty"></p>
    </div>
    <figure>
    <canvas id="seen" width="28" height="28" role="img" aria-label="What the model sees"></canvas>
    <figcaption>what the model sees</figcaption>
    </figure>
    </div>
    <table aria-label="Probabilities"><tbody id="bars"></tbody></table>
    <template id="bar">
    <tr><th scope="row" dir="auto"></th><td class="bar"><i></i></td><td class="percent"></td></tr>
    </template>
    <p id="spoken" role="status"></p>
    </section>
    </main>
    <footer><dl id="facts"></dl></footer>
    <script type="module">
    \#(script)
    </script>
    </body>
    </html>

    """#

  private static let style = #"""
    :root {
      --ground: #f4f6f8; --card: #fff; --text: #1b1f24; --soft: #5b6572; --line: #d5dbe2; --edge: #7b8794;
      --accent: #0b66c3; --bar: #73889f; --track: #edf0f4; --wrong: #b3370a;
      --shadow: 0 1px 3px #1b1f2414, 0 4px 16px #1b1f240a;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #0e1115; --card: #161a20; --text: #e7ebf0; --soft: #9aa6b2; --line: #2a313a; --edge: #6b7785;
        --track: #222831; --accent: #62a8ff; --bar: #667b91; --wrong: #f08a4b; --shadow: none;
      }
      /* The drawing is dark on white for the model, light on dark for the eye. */
      #paper { filter: invert(0.92) }
    }
    * { box-sizing: border-box }
    [hidden] { display: none !important }
    body {
      margin: 0 auto; max-width: 62rem; padding: 1rem; background: var(--ground); color: var(--text);
      font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
    }
    h1, p, figure, dl, dd { margin: 0 }
    header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem; margin-bottom: .75rem }
    h1 { font-size: 1.15rem; font-weight: 650 }
    header p, #keys, figcaption, footer { color: var(--soft); font-size: .875rem }
    figcaption { font-size: .8rem; white-space: nowrap }
    main { display: grid; gap: 1rem; grid-template-columns: minmax(0, 1fr) }
    section {
      background: var(--card); border: 1px solid var(--line); border-radius: 14px; box-shadow: var(--shadow);
      padding: 1rem; min-width: 0;
    }
    :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
    /* The paper's own outline would be inverted with it. */
    #board:has(#paper:focus-visible) { outline: 3px solid var(--accent); outline-offset: 2px }
    #paper:focus-visible { outline: none }

    #board {
      position: relative; aspect-ratio: 1; width: 100%; max-width: min(28rem, 85vh); margin: 0 auto;
      border-radius: 10px; box-shadow: 0 0 0 1px var(--edge); user-select: none; -webkit-user-select: none;
    }
    #paper, #picture { display: block; width: 100%; height: 100%; border-radius: 10px }
    #paper { touch-action: none; cursor: crosshair }
    #picture, #invitation, #name, #pen { position: absolute; pointer-events: none }
    #picture { inset: 0; object-fit: contain }
    #picture.small { image-rendering: pixelated }
    #invitation {
      inset: 0; display: grid; place-content: center; text-align: center; color: var(--soft); font-size: 1.5rem;
    }
    #invitation small { font-size: 1rem }
    #name {
      bottom: .5rem; left: 50%; max-width: 90%; translate: -50%; padding: .1rem .6rem; border-radius: 6px;
      background: var(--card); font-size: .875rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    #pen {
      display: none; width: 8.4%; aspect-ratio: 1; translate: -50% -50%; border-radius: 50%;
      border: 3px solid var(--accent);
    }
    #pen.down { background: var(--accent) }
    #board.keyed #pen, #paper:focus-visible ~ #pen { display: block }
    #board.dropping { outline: 3px dashed var(--accent); outline-offset: 3px }
    #buttons {
      display: grid; grid-template-columns: repeat(3, 1fr); gap: .5rem; margin: 1rem auto 0; max-width: 28rem;
    }
    button {
      min-height: 2.75rem; padding: 0 .5rem; border: 1px solid var(--edge); border-radius: 8px;
      background: var(--card); color: var(--text); font: inherit; cursor: pointer;
    }
    button:hover { border-color: var(--accent); color: var(--accent) }
    #keys { margin: .75rem auto 0; max-width: 28rem; line-height: 1.9 }
    kbd { border: 1px solid var(--line); border-radius: 4px; padding: .1rem .3rem; font: inherit; white-space: nowrap }
    @media (pointer: coarse) { #keys { display: none } }

    #error { color: var(--wrong); overflow-wrap: anywhere }
    #error:not(:empty) { margin-bottom: .75rem }
    #result { display: flex; justify-content: space-between; align-items: center; gap: 1rem; min-height: 10.2rem }
    #result > div { min-width: 0 }
    #verdict {
      display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden;
      overflow-wrap: anywhere; font-weight: 650; line-height: 1.1;
      font-size: clamp(1.4rem, calc(18rem / var(--length, 1)), 6rem);
    }
    .empty #verdict { font-size: 1.25rem; font-weight: 400; line-height: 1.4; color: var(--soft) }
    #certainty { font-size: 1.1rem; color: var(--soft) }
    figure { flex: none; width: 8.75rem; text-align: center }
    #seen {
      display: block; width: 100%; margin-bottom: .25rem; border-radius: 6px; background: #000;
      image-rendering: pixelated; box-shadow: 0 0 0 1px var(--line);
    }
    .empty #seen { background: var(--track) }
    table { width: 100%; margin-top: .75rem; border-collapse: collapse; font-variant-numeric: tabular-nums }
    th, td { padding: .2rem 0; height: 1.9rem; font-weight: 400; color: var(--soft); white-space: nowrap }
    th { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; text-align: start }
    .bar { width: 100%; padding: 0 .75rem }
    .bar i {
      display: block; height: .8rem; border-radius: 4px; --fill: var(--bar);
      background: linear-gradient(var(--fill), var(--fill)) no-repeat;
      background-color: var(--track); background-size: calc(100% * var(--share, 0)) 100%;
    }
    .percent { text-align: right; min-width: 4.75rem }
    .likeliest th, .likeliest td { color: var(--text); font-weight: 650 }
    .likeliest i { --fill: var(--accent) }
    #spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
    footer { padding: 1rem .25rem 0 }
    dl { display: flex; flex-wrap: wrap; gap: .15rem 1.5rem }
    dl div { display: flex; gap: .4rem; min-width: 0 }
    dt { flex: none; max-width: 100% }
    dd { color: var(--text); overflow-wrap: anywhere }

    @media (min-width: 48rem) {
      body { padding: 2rem 1.5rem }
      main { grid-template-columns: minmax(0, 30.5rem) minmax(20rem, 1fr); gap: 1.25rem }
      section { padding: 1.25rem }
      th, td { height: 2.4rem }
    }
    @media (prefers-reduced-motion: no-preference) { .bar i { transition: background-size .12s ease-out } }
    @media (forced-colors: active) { .bar i { forced-color-adjust: none } }
    """#
}
