//! A drawing as one HTML page that needs nothing else: the page's picture inside it, the shapes as SVG over it, the list beside it. No network, no
//! foreign script; every text of the page is escaped.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::drawing::{Drawing, Entry, Layer, MARGIN, Shape, Stroke, sign};
use super::plain;

/// Hides and shows layers; keys 1 to 7 do the same. Holds nothing of the page.
const SCRIPT: &str = "const boxes=[...document.querySelectorAll('input[data-layer]')];\
const show=b=>document.querySelectorAll('g.'+b.dataset.layer).forEach(g=>{g.style.display=b.checked?'':'none'});\
boxes.forEach(b=>{b.addEventListener('change',()=>show(b));show(b)});\
document.addEventListener('keydown',e=>{const b=boxes[Number(e.key)-1];if(b&&!e.ctrlKey&&!e.metaKey&&!e.altKey){b.checked=!b.checked;show(b)}});";

const STYLE: &str = "body{font:15px/1.4 system-ui,sans-serif;margin:1rem;background:#fff;color:#111}main{display:flex;gap:1rem;flex-wrap:wrap;align-items:flex-start}\
section{flex:1 1 34rem;min-width:0}svg{border:1px solid #888;max-width:100%;height:auto}table{border-collapse:collapse}td,th{padding:.1rem .5rem;text-align:left;border-bottom:1px solid #ccc;vertical-align:top}\
td.v{max-width:24rem;overflow-wrap:anywhere}label{margin-right:1rem;white-space:nowrap}@media print{fieldset{display:none}}";

/// Escapes a text for HTML, attributes included; what could steer a reader's screen goes, too.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

fn class(layer: Layer) -> String {
    format!("{layer:?}").to_lowercase()
}

/// The page. `jpeg` is the picture of the upright page in the size that the drawing is made for; `title` names document and page.
pub fn html(title: &str, drawing: &Drawing, jpeg: &[u8]) -> String {
    let (width, height) = drawing.page;
    let mut out = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n\
         <meta name=\"referrer\" content=\"no-referrer\"><title>{title}</title><style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n<fieldset><legend>Layers</legend>",
        title = escape(title)
    );
    for (key, layer) in (1..).zip(Layer::ALL) {
        let checked = if layer.crowds() { "" } else { " checked" };
        let _ = write!(out, "<label><input type=\"checkbox\" data-layer=\"{}\"{checked}> {key} {}</label>", class(layer), layer.name());
    }
    let _ = write!(
        out,
        "</fieldset>\n<main><svg role=\"img\" aria-label=\"the page with what was read on it\" width=\"{w}\" height=\"{height}\" viewBox=\"-{MARGIN} 0 {w} {height}\" \
         xmlns=\"http://www.w3.org/2000/svg\"><image width=\"{width}\" height=\"{height}\" href=\"data:image/jpeg;base64,{}\"/>\n",
        STANDARD.encode(jpeg),
        w = width as f32 + MARGIN
    );
    for layer in Layer::ALL {
        let _ = writeln!(out, "<g class=\"{}\">", class(layer));
        for item in drawing.items.iter().filter(|item| item.layer == layer) {
            let [r, g, b] = item.colour;
            let dashes = match item.stroke {
                Stroke::Solid => "",
                Stroke::Dashed => " stroke-dasharray=\"8 5\"",
                Stroke::Dotted => " stroke-dasharray=\"2 3\"",
            };
            let pen = format!("fill=\"none\" pointer-events=\"all\" stroke=\"rgb({r},{g},{b})\" stroke-width=\"{}\"{dashes}", item.width);
            let title = if item.title.is_empty() { String::new() } else { format!("<title>{}</title>", escape(&item.title)) };
            let _ = match &item.shape {
                Shape::Outline(q) => {
                    writeln!(
                        out,
                        "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" {pen}>{title}</rect>",
                        q.x,
                        q.y,
                        q.w.max(0.0),
                        q.h.max(0.0)
                    )
                }
                Shape::Line(a, z) => {
                    writeln!(out, "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" {pen}>{title}</line>", a.0, a.1, z.0, z.1)
                }
                Shape::Text(at, text) => writeln!(
                    out,
                    "<text x=\"{:.1}\" y=\"{:.1}\" font-family=\"monospace\" font-weight=\"bold\" font-size=\"12\" fill=\"rgb({r},{g},{b})\" stroke=\"#fff\" stroke-width=\"3\" \
                     paint-order=\"stroke\">{}</text>",
                    at.0,
                    at.1 + 11.0,
                    escape(text)
                ),
            };
        }
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n<section><table><caption>Values of the page: + accepted, ? waits for a person</caption><tr><th>no.</th><th></th><th>%</th><th>field</th><th>value</th><th>why it waits</th></tr>\n");
    for entry in &drawing.list {
        row(&mut out, entry);
    }
    out.push_str("</table>\n<table><caption>Signs</caption>\n");
    for (colour, stroke, meaning) in &drawing.legend {
        let line = match stroke {
            Stroke::Solid => "solid",
            Stroke::Dashed => "dashed",
            Stroke::Dotted => "dotted",
        };
        let [r, g, b] = colour;
        let _ = writeln!(out, "<tr><td style=\"border:3px {line} rgb({r},{g},{b});width:2rem\"></td><td>{}</td></tr>", escape(meaning));
    }
    let _ = write!(out, "</table></section></main>\n<script>{SCRIPT}</script></body></html>\n");
    out
}

fn row(out: &mut String, entry: &Entry) {
    let number = entry.number.map_or_else(|| "-".to_owned(), |n| n.to_string());
    let value = if entry.value.is_empty() { "(not found)".to_owned() } else { escape(&entry.value) };
    let _ = writeln!(
        out,
        "<tr><td>{number}</td><td>{}</td><td>{:.0}</td><td>{}</td><td class=\"v\">{value}</td><td>{}</td></tr>",
        sign(entry.status),
        entry.percent,
        escape(&entry.field),
        escape(&entry.reasons)
    );
}

#[cfg(test)]
mod tests {
    use super::super::drawing::{BLACK, Item};
    use super::*;
    use crate::model::{Rect, Status};

    #[test]
    fn nothing_of_a_page_becomes_markup() {
        let bad = "<img src=x onerror=alert(1)>\"'&\u{202e}";
        let item = |shape| Item { shape, layer: Layer::Words, colour: BLACK, stroke: Stroke::Dotted, width: 1.0, title: bad.to_owned() };
        let drawing = Drawing {
            page: (10, 20),
            items: vec![item(Shape::Outline(Rect::new(1.0, 2.0, 3.0, 4.0))), item(Shape::Text((1.0, 2.0), bad.to_owned()))],
            list: vec![Entry {
                number: None,
                field: "f".into(),
                value: bad.into(),
                status: Status::Review,
                percent: 3.0,
                reasons: bad.into(),
            }],
            legend: Vec::new(),
        };
        let page = html(bad, &drawing, b"picture");
        assert!(!page.contains("<img") && !page.contains('\u{202e}'));
        assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;\u{FFFD}"));
        assert_eq!(page.matches("<script").count(), 1);
        assert!(page.contains("default-src 'none'") && !page.contains("http://") | page.contains("www.w3.org"));
    }
}
