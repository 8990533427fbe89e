/// How the pages look: the report's, and what others share with it.
enum ReportStyle {
  // Text has `--text`, `--soft`, `--accent` or `--wrong`, on `--card`, `--ground` or a cell between `--card` and one of
  // the two `-cell` colours: together always with a contrast of 4.5 to 1 or more (WCAG 2.2, 1.4.3).

  /// On a screen, by day.
  static let light = """
    --ground:#f4f6f8;--card:#fff;--text:#1b1f24;--soft:#5b6572;--line:#e1e6ec;--accent:#0b66c3;
    --right:#0b66c3;--wrong:#c2410c;--right-cell:#78b2f2;--wrong-cell:#f79a63;
    --shadow:0 1px 3px #1b1f2414,0 4px 16px #1b1f240a
    """

  /// On a screen, by night.
  static let dark = """
    --ground:#0e1115;--card:#161a20;--text:#e7ebf0;--soft:#9aa6b2;--line:#2a313a;--accent:#62a8ff;
    --right:#4d97f0;--wrong:#f08a4b;--right-cell:#1c5aa8;--wrong-cell:#a4471a;--shadow:none
    """

  /// On paper, which is white whatever the screen is.
  static let paper = """
    --ground:#fff;--card:#fff;--text:#000;--soft:#3d4650;--line:#c3cad2;--accent:#0b58a8;
    --right:#0b66c3;--wrong:#a8370a;--right-cell:#78b2f2;--wrong-cell:#f79a63;--shadow:none
    """

  /// A whole page, which opens without a network.
  ///
  /// - Parameters:
  ///   - css: of the page alone, after what all share.
  ///   - parts: of its content; empty ones are left out.
  ///   - tool: which has written it.
  static func page(title: String, css: String? = nil, parts: [String], tool: String) -> String {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>\(title)</title>
    <style>
    \([Self.css, css].compactMap(\.self).joined(separator: "\n"))
    </style>
    </head>
    <body>
    <main>
    \(parts.filter { !$0.isEmpty }.joined(separator: "\n"))
    </main>
    <footer>Written by \(tool).</footer>
    </body>
    </html>

    """
  }

  static let css = """
    :root{\(light)}
    @media screen and (prefers-color-scheme:dark){:root{\(dark)}}
    @media print{:root{\(paper)}}
    :root{-webkit-print-color-adjust:exact;print-color-adjust:exact}
    *{box-sizing:border-box}
    body{margin:0;background:var(--ground);color:var(--text);
    font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",sans-serif}
    main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem;display:grid;gap:1.25rem;
    grid-template-columns:minmax(0,1fr)}
    h1{font-size:1.15rem;font-weight:600;color:var(--soft);margin:0 0 1rem}
    h2{font-size:1.15rem;margin:0 0 .75rem}
    p{margin:0 0 .75rem;color:var(--soft)}
    header,section{background:var(--card);border:1px solid var(--line);border-radius:14px;
    padding:1.25rem 1.5rem;box-shadow:var(--shadow);min-width:0}
    .figures{display:grid;gap:1rem 2rem;grid-template-columns:repeat(auto-fit,minmax(10rem,1fr));
    align-items:end}
    .figure{margin:0;color:var(--text);display:grid}
    .figure b{font-size:1.7rem;line-height:1.2;font-weight:650;letter-spacing:-.02em;
    font-variant-numeric:tabular-nums}
    .figure.main b{font-size:2.9rem;color:var(--accent)}
    .figure small{color:var(--soft)}
    .facts{display:flex;flex-wrap:wrap;gap:.35rem 2rem;margin:1.25rem 0 0;padding:1rem 0 0;
    border-top:1px solid var(--line)}
    .facts div{display:flex;gap:.5rem;min-width:0}
    .facts dt{color:var(--soft)}.facts dd{margin:0;overflow-wrap:anywhere}
    .settings{display:grid;gap:.35rem 2rem;margin:0;
    grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr))}
    .settings div{display:flex;gap:.75rem;justify-content:space-between;min-width:0;
    border-bottom:1px solid var(--line)}
    .settings dt{color:var(--soft)}.settings dd{margin:0;text-align:right;overflow-wrap:anywhere}
    .columns{display:grid;gap:1.25rem;grid-template-columns:repeat(auto-fit,minmax(min(100%,22rem),1fr))}
    .scroll{overflow-x:auto}
    .scroll:focus-visible{outline:2px solid var(--accent);outline-offset:4px}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums}
    .numbers{width:100%}
    .numbers th,.numbers td{padding:.3rem .75rem;text-align:right;border-bottom:1px solid var(--line)}
    .numbers th:first-child{text-align:left;font-weight:600}
    .numbers thead th{color:var(--soft);font-weight:500}
    .numbers tfoot th,.numbers tfoot td{color:var(--soft)}
    .numbers tbody tr:hover{background:color-mix(in srgb,var(--accent) 7%,transparent)}
    .matrix{border-collapse:separate;border-spacing:3px;width:100%;table-layout:fixed;
    min-width:calc(var(--n)*2.4rem + 5.5rem)}
    .matrix th{color:var(--soft);font-weight:500;padding:.25rem;overflow-wrap:anywhere}
    .matrix thead th:first-child{width:5.5rem;font-size:.75rem;text-align:left}
    .matrix tbody th{text-align:right;padding-right:.75rem;font-weight:600;color:var(--text)}
    .matrix td{text-align:center;height:2.5rem;border-radius:6px;border:1px solid transparent}
    .matrix .none{color:var(--soft);border-color:var(--line)}
    .matrix .right{background:color-mix(in srgb,var(--right-cell) var(--s),var(--card))}
    .matrix .wrong{background:color-mix(in srgb,var(--wrong-cell) var(--s),var(--card))}
    .matrix .strong{font-weight:600}
    .pairs{list-style:none;margin:0;padding:0;display:grid;gap:.5rem}
    .pairs li{display:grid;grid-template-columns:8.5rem 1fr 2.5rem;gap:.75rem;align-items:center}
    .pairs span{overflow-wrap:anywhere}
    .pairs i{height:.7rem;border-radius:4px;background:var(--wrong);min-width:3px}
    .pairs span:last-child{text-align:right;font-variant-numeric:tabular-nums}
    .calibration{display:block;width:100%;max-width:26rem;margin:0 auto}
    .calibration text{fill:var(--soft);font-size:11px}
    .calibration .grid{stroke:var(--line)}
    .calibration .bar{fill:var(--right);opacity:.28}
    .calibration .ideal{stroke:var(--soft);stroke-dasharray:4 4;fill:none}
    .calibration circle{fill:var(--right);stroke:var(--card);stroke-width:1.5}
    .end{text-anchor:end}.middle{text-anchor:middle}
    details{margin-top:.5rem}summary{cursor:pointer;color:var(--soft)}
    .curves{display:block;width:100%;max-width:60rem;margin:0 auto}
    section .curves .ground{fill:none}
    .gallery{display:grid;gap:.9rem;grid-template-columns:repeat(auto-fill,minmax(8.2rem,1fr))}
    figure{margin:0}
    figure img{display:block;width:100%;height:auto;image-rendering:pixelated;border-radius:8px;
    background:#000;border:1px solid var(--line)}
    figcaption{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 .5rem;margin-top:.3rem;
    font-variant-numeric:tabular-nums}
    figcaption small{color:var(--soft);flex-basis:100%;font-size:.74rem;overflow-wrap:anywhere}
    .bad{color:var(--wrong)}
    footer{text-align:center;color:var(--soft);padding:0 1rem 2rem;font-size:.85rem}
    @media(max-width:40rem){main{padding:1rem .6rem}header,section{padding:1rem}
    .figure.main{grid-column:1/-1}.numbers th,.numbers td{padding:.3rem .4rem}
    .figures{grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr))}
    .figure b{font-size:1.4rem}.scroll .curves{width:36rem}
    .matrix{min-width:calc(var(--n)*1.55rem + 3.4rem);font-size:.66rem;border-spacing:2px}
    .matrix td{height:1.9rem}
    .matrix thead th:first-child{width:3.4rem;font-size:.58rem;line-height:1.2}
    .matrix tbody th{padding-right:.5rem}.matrix td,.matrix th{padding:0}
    .numbers{font-size:.85rem}.numbers th,.numbers td{padding:.3rem .25rem}}
    @media print{body{font-size:12px}main{display:block;padding:0}
    header,section{padding:.75rem;margin:0 0 .75rem}
    header,section,figure,table,tr,.settings div{break-inside:avoid}
    h2,section>p{break-after:avoid}thead{display:table-header-group}tfoot{display:table-row-group}
    .scroll{overflow:visible}.scroll .curves{width:100%;max-width:40rem;break-inside:avoid}
    .matrix{min-width:0;font-size:.7rem;border-spacing:1px}.matrix td{height:1.6rem}
    .matrix td,.matrix th{padding:0}.numbers th,.numbers td{padding:.15rem .4rem}
    .calibration{max-width:18rem}.gallery{grid-template-columns:repeat(auto-fill,minmax(5.5rem,1fr))}
    figcaption small{font-size:.6rem}details:not([open]){display:none}footer{padding-bottom:0}}
    """
}
