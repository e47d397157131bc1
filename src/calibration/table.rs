//! A calibration as tables for people.

use std::fmt::Write;

use super::calibrate::Calibration;
use super::figures::{Figures, RunFigures, share};

const LEGEND: &str = "\
Out of fold: every probability comes from a model that was fitted without the layout of the page, and so do thresholds where `nested` is
said. Texts of sections are left out. `wrong` counts values accepted without a person that differ from what is true; `through` are the right
ones among those accepted (nested), as a share of the values in truth.
";

/// Everything that is known of the fit.
pub fn table(calibration: &Calibration) -> String {
    let mut out = LEGEND.to_owned();
    let target = 100.0 * calibration.target;
    let fitted = calibration.fitted.join(" and ");
    let _ = writeln!(out, "Fitted: {fitted}; thresholds for at most {target} % wrong among the accepted values of a class.");
    if let Some(alone) = &calibration.alone {
        run(&mut out, "READ WITHOUT THE SECOND ENGINE", alone);
    }
    run(&mut out, "THE ARCHIVE", &calibration.archive);
    let now = &calibration.in_force;
    let seen = calibration.in_force_has_seen;
    let _ = writeln!(
        out,
        "\nTHE MODEL IN FORCE, on the archive. It was fitted on {seen} of the {} documents: of what it has seen it says too much.",
        now.documents
    );
    overall(&mut out, now, false);
    risk_coverage(&mut out, now);
    out
}

fn run(out: &mut String, title: &str, run: &RunFigures) {
    let _ = writeln!(out, "\n{title}: {} documents in {} layouts", run.documents, run.layouts);
    if run.unjudged > 0 {
        let _ = writeln!(
            out,
            "{} labelled values that one engine alone read are left out: no model of theirs was fitted (--alone).",
            run.unjudged
        );
    }
    overall(out, run, true);
    let _ = writeln!(out, "\nconfidence   {}", cells(run, |bin| format!("{:.1}-{:.1}", bin.from, bin.to)));
    let _ = writeln!(out, "values       {}", cells(run, |bin| bin.values.to_string()));
    let _ = writeln!(out, "mean conf.   {}", cells(run, |bin| format!("{:.3}", bin.mean)));
    let _ = writeln!(out, "right        {}", cells(run, |bin| format!("{:.3}", bin.right)));
    risk_coverage(out, run);
    classes(out, run);
    rows(out, "field", run.fields.iter().map(|row| (row.name.as_str(), &row.figures)));
    rows(out, "kind of document", run.kinds.iter().map(|row| (row.name.as_str(), &row.figures)));
    rows(out, "quality of the picture", run.qualities.iter().map(|row| (row.name.as_str(), &row.figures)));
    rows(out, "demographics by quality", run.demographics_by_quality.iter().map(|row| (row.name.as_str(), &row.figures)));
}

fn cells(run: &RunFigures, of: impl Fn(&super::metrics::Bin) -> String) -> String {
    run.reliability.iter().map(|bin| format!("{:>7}", of(bin))).collect::<Vec<_>>().join(" ")
}

fn overall(out: &mut String, run: &RunFigures, nested: bool) {
    let all = &run.all;
    let _ = writeln!(
        out,
        "{} values, {} % right   Brier {}   expected calibration error {}   AUROC {} (of the words' mean confidence alone {})",
        all.values,
        percent(share(all.right, all.values), 1),
        figure(all.brier),
        figure(all.calibration_error),
        figure(all.auroc),
        figure(all.auroc_of_words)
    );
    let line = |out: &mut String, what: &str, figures: &Figures| {
        let _ = write!(
            out,
            "{what}: {} % accepted, {} wrong ({} %)",
            percent(share(figures.accepted, figures.values), 1),
            figures.wrong,
            percent(share(figures.wrong, figures.accepted), 2)
        );
        if nested {
            let _ = write!(
                out,
                "; nested {} %, {} wrong ({} %)",
                percent(share(figures.nested_accepted, figures.values), 1),
                figures.nested_wrong,
                percent(share(figures.nested_wrong, figures.nested_accepted), 2)
            );
        }
        if let Some(truth) = figures.truth {
            let _ = write!(out, "; through {} % of {truth} in truth", percent(share(figures.through, truth), 1));
        }
        out.push('\n');
    };
    line(out, "all", all);
    line(out, "demographics", &run.demographics);
}

fn risk_coverage(out: &mut String, run: &RunFigures) {
    out.push_str("risk-coverage: wrong at most  threshold  values  wrong  of given%  of truth%\n");
    for level in &run.risk_coverage {
        let threshold = level.threshold.map_or_else(|| "-".to_owned(), |t| format!("{t:.4}"));
        let _ = writeln!(
            out,
            "               {:>12.1}%  {threshold:>9} {:>7} {:>6} {:>10} {:>10}",
            100.0 * level.wrong_at_most,
            level.values,
            level.wrong,
            percent(Some(level.of_given), 1),
            percent(level.of_truth, 1)
        );
    }
}

fn classes(out: &mut String, run: &RunFigures) {
    let _ = writeln!(
        out,
        "\n{:<26} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>6} {:>7} {:>7} {:>6}",
        "class", "values", "right%", "alone", "both", "layouts", "accptd", "wrong", "wrong%", "nested", "wrong"
    );
    let level = |threshold: Option<f64>| threshold.map_or_else(|| "never".to_owned(), |t| format!("{t:.3}"));
    for row in &run.classes {
        let f = &row.figures;
        let _ = writeln!(
            out,
            "{:<26} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>6} {:>7} {:>7} {:>6}",
            row.class.as_str(),
            f.values,
            percent(share(f.right, f.values), 1),
            level(row.alone),
            level(row.both),
            row.layouts,
            f.accepted,
            f.wrong,
            percent(share(f.wrong, f.accepted), 2),
            f.nested_accepted,
            f.nested_wrong
        );
    }
}

fn rows<'r>(out: &mut String, what: &str, rows: impl Iterator<Item = (&'r str, &'r Figures)>) {
    let rows: Vec<(&str, &Figures)> = rows.collect();
    let width = rows.iter().map(|(name, _)| name.chars().count()).chain([what.len()]).max().unwrap_or(0);
    let _ = writeln!(
        out,
        "\n{what:<width$} {:>7} {:>7} {:>7} {:>7} {:>7} {:>6} {:>7} {:>7} {:>8}",
        "values", "right%", "Brier", "ECE", "nested", "wrong", "wrong%", "truth", "through%"
    );
    for (name, f) in rows {
        let _ = writeln!(
            out,
            "{name:<width$} {:>7} {:>7} {:>7} {:>7} {:>7} {:>6} {:>7} {:>7} {:>8}",
            f.values,
            percent(share(f.right, f.values), 1),
            figure(f.brier),
            figure(f.calibration_error),
            f.nested_accepted,
            f.nested_wrong,
            percent(share(f.nested_wrong, f.nested_accepted), 2),
            f.truth.map_or_else(|| "-".to_owned(), |n| n.to_string()),
            percent(f.truth.and_then(|truth| share(f.through, truth)), 1)
        );
    }
}

fn percent(share: Option<f64>, digits: usize) -> String {
    share.map_or_else(|| "-".to_owned(), |share| format!("{:.digits$}", 100.0 * share))
}

fn figure(figure: Option<f64>) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| format!("{figure:.4}"))
}
