/// Text for HTML and SVG.
enum Markup {
  /// The text as content or as an attribute's value; what XML does not allow is left out.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\t", "\n", "\r", " "...: result.unicodeScalars.append(scalar)
      default: break
      }
    }
    return result
  }

  private static let digits = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// RFC 4648.
  static func base64(_ bytes: [UInt8]) -> String {
    var result: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let part = bytes[start..<min(start + 3, bytes.count)]
      let word = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
      for index in 0..<4 {
        result.append(
          index <= part.count ? digits[word >> (18 - 6 * index) & 63] : UInt8(ascii: "="))
      }
    }
    return String(decoding: result, as: UTF8.self)
  }
}

/// How the report looks.
enum ReportStyle {
  static let css = """
    :root{--ground:#f4f6f8;--card:#fff;--text:#1b1f24;--soft:#5b6572;--line:#e1e6ec;--accent:#0b66c3;
    --right:#0b66c3;--wrong:#c2410c;--strong:#fff;--shadow:0 1px 3px #1b1f2414,0 4px 16px #1b1f240a}
    @media(prefers-color-scheme:dark){:root{--ground:#0e1115;--card:#161a20;--text:#e7ebf0;
    --soft:#9aa6b2;--line:#2a313a;--accent:#62a8ff;--right:#4d97f0;--wrong:#f08a4b;--strong:#0e1115;
    --shadow:none}}
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
    .matrix{border-collapse:separate;border-spacing:3px;width:100%;min-width:34rem;table-layout:fixed}
    .matrix th{color:var(--soft);font-weight:500;padding:.25rem;overflow-wrap:anywhere}
    .matrix thead th:first-child{width:5.5rem;font-size:.75rem;text-align:left}
    .matrix tbody th{text-align:right;padding-right:.75rem;font-weight:600;color:var(--text)}
    .matrix td{text-align:center;height:2.5rem;border-radius:6px;border:1px solid transparent}
    .matrix .none{color:color-mix(in srgb,var(--soft) 45%,transparent);border-color:var(--line)}
    .matrix .right{background:color-mix(in srgb,var(--right) var(--s),var(--card))}
    .matrix .wrong{background:color-mix(in srgb,var(--wrong) var(--s),var(--card))}
    .matrix .strong{color:var(--strong);font-weight:600}
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
    figcaption small{color:var(--soft);flex-basis:100%;font-size:.74rem;white-space:nowrap}
    .bad{color:var(--wrong)}
    footer{text-align:center;color:var(--soft);padding:0 1rem 2rem;font-size:.85rem}
    @media(max-width:40rem){main{padding:1rem .6rem}header,section{padding:1rem}
    .figure.main{grid-column:1/-1}.numbers th,.numbers td{padding:.3rem .4rem}
    .figures{grid-template-columns:repeat(auto-fit,minmax(7.5rem,1fr))}
    .figure b{font-size:1.4rem}.scroll .curves{width:36rem}
    .matrix{min-width:20rem;font-size:.63rem;border-spacing:2px}.matrix td{height:1.9rem}
    .matrix thead th:first-child{width:2.9rem;font-size:.62rem;line-height:1.2}
    .matrix tbody th{padding-right:.5rem}.matrix td,.matrix th{padding:0}
    .numbers{font-size:.85rem}.numbers th,.numbers td{padding:.3rem .25rem}}
    @media print{body{background:#fff}header,section{box-shadow:none;break-inside:avoid}}
    """
}
