//! A calibration as a picture: reliability with the number of values in each bin, and the risk–coverage curve. Plain SVG without fonts, scripts or
//! references of its own; readable on light and on dark ground.

use std::fmt::Write;

use super::calibrate::Calibration;
use super::figures::RunFigures;

const WIDTH: f64 = 960.0;
const PANEL: f64 = 380.0;
const TOP: f64 = 70.0;
const LEFT: f64 = 70.0;
/// From one panel's left edge to the next one's.
const APART: f64 = 460.0;
const ROW: f64 = 500.0;
/// Shares of wrong values under the curve are drawn up to here.
const MOST_WRONG: f64 = 0.05;

const STYLE: &str = "\
svg { font: 13px sans-serif; --ink: #1f2328; --soft: #6e7781; --line: #d0d7de; --mark: #0969da; --fill: #9ec5f4; --limit: #b35900; background: #ffffff }
@media (prefers-color-scheme: dark) { svg { --ink: #e6edf3; --soft: #9198a1; --line: #3d444d; --mark: #58a6ff; --fill: #1f4a80; --limit: #e3964a; background: #0d1117 } }
text { fill: var(--ink) } .soft { fill: var(--soft) } .grid { stroke: var(--line); fill: none } .bar { fill: var(--fill) }
.mark { stroke: var(--mark); fill: none; stroke-width: 2 } .dot { fill: var(--mark) } .limit { stroke: var(--limit); stroke-dasharray: 5 4; fill: none }
.end { text-anchor: end } .mid { text-anchor: middle } .head { font-size: 15px; font-weight: bold }
";

/// Draws it: one row of two panels for each archive that was measured.
pub fn picture(calibration: &Calibration) -> String {
    let mut rows: Vec<(&str, &RunFigures)> = vec![("The archive, layouts left out", &calibration.archive)];
    if let Some(alone) = &calibration.alone {
        rows.push(("Read without the second engine, layouts left out", alone));
    }
    let height = TOP + ROW * rows.len() as f64 - 20.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"Calibration\">\n<style>\n{STYLE}</style>\n"
    );
    for (k, (title, run)) in rows.into_iter().enumerate() {
        let y = TOP + ROW * k as f64;
        let _ = writeln!(
            out,
            "<text class=\"head\" x=\"{LEFT}\" y=\"{}\">{title}: {} values, {} layouts</text>",
            y - 38.0,
            run.all.values,
            run.layouts
        );
        reliability(&mut out, run, LEFT, y);
        curve(&mut out, run, LEFT + APART, y, calibration.target);
    }
    out.push_str("</svg>\n");
    out
}

/// Frame, ticks and names of a panel's axes; ticks are shares of the panel with their texts.
fn frame(out: &mut String, x: f64, y: f64, names: [&str; 2], ticks: [&[(f64, String)]; 2]) {
    let _ = writeln!(out, "<rect class=\"grid\" x=\"{x}\" y=\"{y}\" width=\"{PANEL}\" height=\"{PANEL}\"/>");
    for (at, text) in ticks[0] {
        let px = x + at * PANEL;
        let _ = writeln!(out, "<path class=\"grid\" d=\"M{px:.1} {y}v{PANEL}\"/>");
        let _ = writeln!(out, "<text class=\"soft mid\" x=\"{px:.1}\" y=\"{:.1}\">{text}</text>", y + PANEL + 17.0);
    }
    for (at, text) in ticks[1] {
        let py = y + PANEL - at * PANEL;
        let _ = writeln!(out, "<path class=\"grid\" d=\"M{x} {py:.1}h{PANEL}\"/>");
        let _ = writeln!(out, "<text class=\"soft end\" x=\"{:.1}\" y=\"{:.1}\">{text}</text>", x - 6.0, py + 4.0);
    }
    let _ = writeln!(out, "<text class=\"mid\" x=\"{:.1}\" y=\"{:.1}\">{}</text>", x + PANEL / 2.0, y + PANEL + 36.0, names[0]);
    let _ = writeln!(out, "<text x=\"{:.1}\" y=\"{:.1}\">{}</text>", x - 40.0, y - 12.0, names[1]);
}

fn tenths() -> Vec<(f64, String)> {
    (0..=5).map(|k| (f64::from(k) / 5.0, format!("{:.1}", f64::from(k) / 5.0))).collect()
}

fn reliability(out: &mut String, run: &RunFigures, x: f64, y: f64) {
    frame(out, x, y, ["stated confidence", "share that is right, and values in each bin"], [&tenths(), &tenths()]);
    let most = run.reliability.iter().map(|bin| bin.values).max().unwrap_or(1).max(1) as f64;
    for bin in &run.reliability {
        // Counts span orders of magnitude: heights are logarithms.
        let tall = (bin.values as f64 + 1.0).ln() / (most + 1.0).ln() * PANEL * 0.25;
        let (left, wide) = (x + bin.from * PANEL + 2.0, (bin.to - bin.from) * PANEL - 4.0);
        let _ =
            writeln!(out, "<rect class=\"bar\" x=\"{left:.1}\" y=\"{:.1}\" width=\"{wide:.1}\" height=\"{tall:.1}\"/>", y + PANEL - tall);
        let _ = writeln!(
            out,
            "<text class=\"soft mid\" font-size=\"11\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            left + wide / 2.0,
            y + PANEL - tall - 4.0,
            bin.values
        );
    }
    let _ = writeln!(out, "<path class=\"limit\" d=\"M{x} {}L{} {y}\"/>", y + PANEL, x + PANEL);
    let at = |mean: f64, right: f64| (x + mean * PANEL, y + PANEL - right * PANEL);
    let points: Vec<(f64, f64)> = run.reliability.iter().map(|bin| at(bin.mean, bin.right)).collect();
    line(out, &points);
    for (px, py) in points {
        let _ = writeln!(out, "<circle class=\"dot\" cx=\"{px:.1}\" cy=\"{py:.1}\" r=\"4\"/>");
    }
}

fn curve(out: &mut String, run: &RunFigures, x: f64, y: f64, target: f64) {
    let shares: Vec<(f64, String)> = (0..=5).map(|k| (f64::from(k) / 5.0, format!("{} %", 20 * k))).collect();
    let wrong: Vec<(f64, String)> = (0..=5).map(|k| (f64::from(k) / 5.0, format!("{} %", k))).collect();
    frame(out, x, y, ["share of values accepted, surest first", "share of wrong ones among them"], [&shares, &wrong]);
    let height = |share: f64| y + PANEL - (share / MOST_WRONG).min(1.0) * PANEL;
    let limit = height(target);
    let _ = writeln!(out, "<path class=\"limit\" d=\"M{x} {limit:.1}h{PANEL}\"/>");
    let _ = writeln!(out, "<text class=\"soft\" x=\"{:.1}\" y=\"{:.1}\">target {} %</text>", x + 6.0, limit - 5.0, 100.0 * target);
    // A pixel's width of values is one point: the curve of a million values is no longer than that of a thousand.
    let mut points: Vec<(f64, f64)> = Vec::new();
    for &(covered, wrong) in &run.curve {
        let px = x + covered * PANEL;
        if points.last().is_none_or(|last| px - last.0 >= 1.0) {
            points.push((px, height(wrong)));
        }
    }
    line(out, &points);
}

fn line(out: &mut String, points: &[(f64, f64)]) {
    let path: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
    if !path.is_empty() {
        let _ = writeln!(out, "<path class=\"mark\" d=\"M{}\"/>", path.join("L"));
    }
}
