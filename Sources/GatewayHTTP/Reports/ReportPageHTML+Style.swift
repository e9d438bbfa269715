extension ReportPageHTML {
    /// The page's style sheet.
    static let style = """
        :root{--ink:#1b1f24;--soft:#5d6672;--line:#dfe3e8;--page:#fff;--panel:#f6f7f9;--a:#4878b8;--b:#d98a3d;--c:#7b9a5b;--warn:#b3541e}
        @media (prefers-color-scheme:dark){:root{--ink:#e4e7eb;--soft:#98a1ad;--line:#30363d;--page:#14171b;--panel:#1b2026;
        --a:#6c9bd8;--b:#dd9a55;--c:#9dbb7d;--warn:#e59a5c}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--page);color:var(--ink);font:14px/1.45 system-ui,-apple-system,"Segoe UI",sans-serif;
        font-variant-numeric:tabular-nums}
        main{max-width:1120px;margin:0 auto;padding:20px 20px 32px}
        h1{font-size:22px;margin:0 0 4px}h2{font-size:15px;margin:0 0 6px}h3{font-size:13px;margin:12px 0 4px;font-weight:600}
        p{margin:0 0 4px}.muted{color:var(--soft)}header{margin-bottom:14px}
        section{margin:0 0 22px;break-inside:avoid}
        .coverage{background:var(--panel);border-left:3px solid var(--a);padding:10px 14px}
        .coverage.gaps{border-color:var(--warn)}
        .groups{columns:2;column-gap:36px;margin-bottom:22px}
        table{border-collapse:collapse;width:100%}
        th{font-weight:400;text-align:left}td,th{padding:3px 0;vertical-align:top;border-top:1px solid var(--line)}
        .n{text-align:right;white-space:nowrap;padding-left:12px}
        th .muted{display:block;font-size:12px;line-height:1.35}
        .part td,.part th{border-top:0;padding:1px 0}.part .n{padding-left:12px}.part th{padding-left:28px}
        .division th{border-top:0;padding:3px 0 0 14px;color:var(--soft);font-size:12px}
        .division.alone th{padding:3px 0 2px;color:inherit;font-size:inherit;border-top:1px solid var(--line)}
        .groups td:last-child{width:58px}
        .spread td,.spread th,.strips td,.strips th{border-top:0;padding:2px 0}
        .spread th{width:72px}.spread td:nth-child(2){padding:0 0 0 10px;vertical-align:middle}
        .strips th{width:280px;overflow-wrap:anywhere;padding-right:12px}.strips td{vertical-align:middle}
        .list td,.list th{padding-right:14px}.list{margin-top:8px;overflow-wrap:anywhere}
        .list td:first-child{white-space:nowrap}thead th{font-weight:600;border-top:0}
        .plots{display:grid;gap:14px}
        figure{margin:0}figcaption{display:flex;flex-wrap:wrap;gap:2px 14px;margin-bottom:4px}.legend{margin-left:auto}
        .key{display:inline-block;width:10px;height:10px;margin:0 5px 0 8px}.key.a{background:var(--a)}
        .key.b{background:var(--b)}.key.c{background:var(--c)}
        svg{display:block;width:100%}.chart{height:96px;border-bottom:1px solid var(--line)}
        .bar{height:9px}.strip{height:10px}.parts{height:16px}
        .a{fill:var(--a)}.b{fill:var(--b)}.c{fill:var(--c)}.track{fill:var(--panel)}
        .axis{display:flex;justify-content:space-between;font-size:12px}
        th code{color:var(--soft);font-size:11px}a{color:inherit;text-decoration-color:var(--soft)}
        code{font:12px ui-monospace,monospace;overflow-wrap:anywhere}
        footer{border-top:1px solid var(--line);padding-top:10px;font-size:12px}
        @media (max-width:760px){main{padding:14px}.groups{columns:1}.strips th{width:112px}
        .list td:first-child{white-space:normal}.legend{margin-left:0}}
        @media print{:root{--ink:#000;--soft:#444;--line:#ccc;--page:#fff;--panel:#f3f3f3;--a:#4878b8;--b:#d98a3d;--warn:#a33}
        body{font-size:11px}main{max-width:none;padding:0}svg{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
        """
}
