//! The summary at the end of a run, and the report of `status`, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::{Exit, Trust};
use crate::ledger::{FailureRow, RunRow, Totals};
use crate::model::{Checkpoint, Confinement, PageOutcome, SourcePath};

/// Lines of a list that people are shown; JSON has more.
const SHOWN: usize = 20;

/// What this one run did, whatever was in the archive before.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ThisRun {
    /// Files read.
    pub sources: u64,
    /// Pages that came out of them, whatever became of them.
    pub pages: u64,
    /// Files whose kept words were understood anew.
    pub understood: u64,
    /// Seconds from start to end.
    pub seconds: f64,
    /// Seconds spent on pages alone.
    pub reading_seconds: f64,
    /// What the second engine did.
    pub second: SecondCost,
}

/// What the second engine did, and what it cost.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SecondCost {
    /// Crops read.
    pub crops: u64,
    /// Crops left out because a page's budget was spent.
    pub over_budget: u64,
    /// Crops lost to errors of the engine.
    pub failed: u64,
    /// Seconds of processor time.
    pub cpu_seconds: f64,
}

impl ThisRun {
    /// Pages a second, over the time spent on pages.
    pub fn pages_a_second(&self) -> f64 {
        if self.pages == 0 { 0.0 } else { self.pages as f64 / self.reading_seconds.max(1e-6) }
    }
}

/// What stands in the bundles.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bundles {
    /// Bundles, one a document.
    pub bundles: u64,
    /// Resources in them.
    pub resources: u64,
    /// Values that may leave and are in no bundle: FHIR has no place for their form, or the rest of their item waits.
    pub values_left_out: u64,
}

/// How a run ended and what the archive holds now.
#[derive(Clone, Debug)]
pub struct RunSummary {
    /// The archive.
    pub archive: PathBuf,
    /// What it holds.
    pub totals: Totals,
    /// What this run did.
    pub this_run: ThisRun,
    /// Why there was no second engine; `None` if there was one.
    pub without_second: Option<String>,
    /// What stands in the bundles.
    pub bundles: Bundles,
    /// How the processes that decode files are confined on this machine.
    pub confinement: Confinement,
    /// What could not be read; cut at a large number.
    pub failures: Vec<FailureRow>,
    /// Copies and their originals; cut at a large number.
    pub duplicates: Vec<(SourcePath, SourcePath)>,
    /// Entries left out of the walk, by reason.
    pub passed_over: BTreeMap<String, u64>,
    /// Pages that are not accounted for: one line each.
    pub unaccounted: Vec<String>,
    /// What may be said of the accepted values.
    pub trust: Trust,
    /// The end of the chain of decisions, signed; or why it is not.
    pub checkpoint: Result<Checkpoint, String>,
    /// How it ended.
    pub exit: Exit,
}

impl RunSummary {
    /// The summary for people.
    pub fn human(&self) -> String {
        let mut text = self.trust.warnings();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "archive     {}", self.archive.display());
        let _ = writeln!(text, "engines     {}", self.engines());
        totals(&mut text, &self.totals);
        let _ = writeln!(text, "accepted    {}", self.trust.sentence());
        let Bundles { bundles, resources, values_left_out } = self.bundles;
        let left_out = if values_left_out > 0 {
            format!("; {values_left_out} accepted values fit in none, or the rest of their item waits")
        } else {
            String::new()
        };
        let _ = writeln!(text, "bundles     {bundles} with {}{left_out}", count(resources, "resource"));
        let run = &self.this_run;
        let _ = writeln!(
            text,
            "this run    {} read, {}{} in {:.1} s ({:.2} pages/s)",
            count(run.sources, "file"),
            count(run.pages, "page"),
            if run.understood > 0 { format!(", {} understood anew", count(run.understood, "file")) } else { String::new() },
            run.seconds,
            run.pages_a_second()
        );
        let _ = writeln!(text, "sandbox     {}", self.confinement);
        let _ = match &self.checkpoint {
            Ok(Checkpoint { lines, head, public, .. }) => {
                let key = public.get(..16).unwrap_or(public);
                writeln!(text, "decisions   {} to {head}, signed by key {key}", count(lines.unsigned_abs(), "line"))
            }
            Err(why) => writeln!(text, "decisions   not signed: {why}"),
        };
        if !self.passed_over.is_empty() {
            let parts: Vec<String> = self.passed_over.iter().map(|(why, n)| format!("{n} {why}")).collect();
            let _ = writeln!(text, "passed over {}", parts.join(", "));
        }
        list(&mut text, "duplicates, read once:", self.duplicates.iter().map(|(copy, of)| format!("{copy} = {of}")), self.duplicates.len());
        list(&mut text, "not read:", self.failures.iter().map(failure_line), self.failures.len());
        list(&mut text, "NOT ACCOUNTED FOR:", self.unaccounted.iter().cloned(), self.unaccounted.len());
        if self.exit != Exit::Done {
            let _ = writeln!(text, "exit code {}: {}", self.exit.code(), self.exit.meaning());
        }
        text
    }

    /// Whether two engines read, and what the second one cost; or why one read alone.
    fn engines(&self) -> String {
        if let Some(why) = &self.without_second {
            return format!("the first alone, so fewer values are accepted: {why}");
        }
        let SecondCost { crops, over_budget, failed, cpu_seconds } = self.this_run.second;
        let mut text = format!("both; the second read {} in {cpu_seconds:.1} s of processor time", count(crops, "crop"));
        for (number, what) in [(over_budget, "of values left out for the budget"), (failed, "lost to errors")] {
            if number > 0 {
                let _ = write!(text, ", {number} {what}");
            }
        }
        text
    }

    /// The summary for programs: one JSON object and a line feed.
    pub fn json(&self) -> String {
        let run = &self.this_run;
        let second = &run.second;
        let value = json!({
            "archive": self.archive.display().to_string(),
            "exitCode": self.exit.code(),
            "exit": self.exit,
            "totals": totals_json(&self.totals),
            "trust": self.trust.json(),
            "thisRun": {
                "sources": run.sources, "pages": run.pages, "understoodAnew": run.understood,
                "seconds": rounded(run.seconds), "readingSeconds": rounded(run.reading_seconds), "pagesPerSecond": rounded(run.pages_a_second()),
            },
            "secondEngine": {
                "missing": self.without_second, "crops": second.crops, "overBudget": second.over_budget, "failed": second.failed,
                "cpuSeconds": rounded(second.cpu_seconds),
            },
            "bundles": {"all": self.bundles.bundles, "resources": self.bundles.resources, "valuesLeftOut": self.bundles.values_left_out},
            "sandbox": {
                "wanted": self.confinement.wanted, "whole": self.confinement.is_whole(), "landlock": self.confinement.landlock,
                "filter": self.confinement.filter,
            },
            "passedOver": self.passed_over,
            "duplicates": self.duplicates.iter().map(|(copy, of)| json!({"source": copy, "duplicateOf": of})).collect::<Vec<_>>(),
            "failures": self.failures.iter().map(failure_json).collect::<Vec<_>>(),
            "unaccounted": self.unaccounted,
            "checkpoint": self.checkpoint.as_ref().ok(),
            "notSigned": self.checkpoint.as_ref().err(),
        });
        format!("{value}\n")
    }
}

/// What `chartlift status` says.
#[derive(Clone, Debug)]
pub struct StatusReport {
    /// The archive.
    pub archive: PathBuf,
    /// What it holds.
    pub totals: Totals,
    /// The latest run.
    pub last_run: Option<RunRow>,
    /// What may be said of the accepted values.
    pub trust: Trust,
    /// The process that is writing now.
    pub writer: Option<u32>,
    /// What could not be read; cut at a large number.
    pub failures: Vec<FailureRow>,
}

impl StatusReport {
    /// For people.
    pub fn human(&self) -> String {
        let mut text = self.trust.warnings();
        let _ = writeln!(text, "archive     {}", self.archive.display());
        totals(&mut text, &self.totals);
        let _ = writeln!(text, "accepted    {}", self.trust.sentence());
        let state = match (&self.last_run, self.writer) {
            (_, Some(pid)) => format!("in progress, process {pid}"),
            (None, None) => "never".to_owned(),
            (Some(RunRow { exit_code: Some(code), version, .. }), None) => format!("ended with exit code {code}, chartlift {version}"),
            (Some(RunRow { version, .. }), None) => format!("died before its end, chartlift {version}; run again to go on"),
        };
        let _ = writeln!(text, "last run    {state}");
        list(&mut text, "not read:", self.failures.iter().map(failure_line), self.failures.len());
        text
    }

    /// For programs: one JSON object and a line feed.
    pub fn json(&self) -> String {
        let value = json!({
            "archive": self.archive.display().to_string(),
            "totals": totals_json(&self.totals),
            "trust": self.trust.json(),
            "writer": self.writer,
            "lastRun": self.last_run.as_ref().map(|run| json!({
                "startedAt": run.started_at, "endedAt": run.ended_at, "version": run.version, "exitCode": run.exit_code,
            })),
            "failures": self.failures.iter().map(failure_json).collect::<Vec<_>>(),
        });
        format!("{value}\n")
    }
}

fn totals(text: &mut String, totals: &Totals) {
    let pages: Vec<String> = PageOutcome::ALL.iter().map(|&outcome| format!("{} {}", totals.of(outcome), outcome.as_str())).collect();
    let mut files = vec![format!("{} read", totals.sources_read)];
    for (number, what) in [
        (totals.sources_duplicate, "duplicate"),
        (totals.sources_failed, "failed"),
        (totals.sources_waiting, "waiting"),
        (totals.sources_missing, "gone from the input folder and kept"),
    ] {
        if number > 0 {
            files.push(format!("{number} {what}"));
        }
    }
    let _ = writeln!(text, "files       {}: {}", totals.sources, files.join(", "));
    let _ = writeln!(text, "documents   {}", totals.documents);
    let _ = writeln!(text, "pages       {} in = {}", totals.pages_in, pages.join(" + "));
    let decided = if totals.values_decided > 0 { format!(", {} decided by people", totals.values_decided) } else { String::new() };
    let _ = writeln!(text, "values      {} accepted, {} queued for review{decided}", totals.values_accepted, totals.values_queued);
}

fn totals_json(totals: &Totals) -> Value {
    let pages: BTreeMap<&str, u64> = PageOutcome::ALL.iter().map(|&outcome| (outcome.as_str(), totals.of(outcome))).collect();
    json!({
        "sources": {
            "all": totals.sources, "read": totals.sources_read, "failed": totals.sources_failed, "duplicate": totals.sources_duplicate,
            "waiting": totals.sources_waiting, "missing": totals.sources_missing,
        },
        "documents": totals.documents,
        "pagesIn": totals.pages_in,
        "pages": pages,
        "values": {"accepted": totals.values_accepted, "queued": totals.values_queued, "decided": totals.values_decided},
    })
}

fn failure_line(row: &FailureRow) -> String {
    match row.page {
        Some(page) => format!("{} page {page}: {} ({})", row.path, row.failure, row.failure.kind.as_str()),
        None => format!("{}: {} ({})", row.path, row.failure, row.failure.kind.as_str()),
    }
}

fn failure_json(row: &FailureRow) -> Value {
    json!({"source": row.path, "page": row.page, "kind": row.failure.kind, "detail": row.failure.detail})
}

pub(super) fn list(text: &mut String, title: &str, lines: impl Iterator<Item = String>, all: usize) {
    if all == 0 {
        return;
    }
    let _ = writeln!(text, "{title}");
    for line in lines.take(SHOWN) {
        let _ = writeln!(text, "  {}", visible(&line));
    }
    if all > SHOWN {
        let _ = writeln!(text, "  … and {} more (--json lists them)", all - SHOWN);
    }
}

/// File names are hostile text: control and direction characters are shown as escapes, so that no name can move the cursor.
fn visible(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}') {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FailureKind, PageNumber, SourceFailure};

    fn summary() -> RunSummary {
        RunSummary {
            archive: "out".into(),
            totals: Totals {
                sources: 5,
                sources_read: 3,
                sources_failed: 1,
                sources_duplicate: 1,
                documents: 4,
                pages_in: 9,
                pages: [
                    (PageOutcome::Read, 5),
                    (PageOutcome::Blank, 1),
                    (PageOutcome::Separator, 1),
                    (PageOutcome::Duplicate, 1),
                    (PageOutcome::Failed, 1),
                ]
                .into(),
                values_accepted: 30,
                values_queued: 7,
                ..Totals::default()
            },
            this_run: ThisRun {
                sources: 4,
                pages: 8,
                understood: 0,
                seconds: 4.5,
                reading_seconds: 4.0,
                second: SecondCost { crops: 90, over_budget: 3, failed: 0, cpu_seconds: 2.04 },
            },
            without_second: None,
            bundles: Bundles { bundles: 4, resources: 31, values_left_out: 2 },
            confinement: Confinement { wanted: true, landlock: 7, filter: true },
            failures: vec![FailureRow {
                path: SourcePath::new("box/bad\u{202e}.pdf"),
                page: Some(PageNumber::new(2)),
                failure: SourceFailure::new(FailureKind::Broken, "the file is cut off; scan it again"),
            }],
            duplicates: vec![(SourcePath::new("b.png"), SourcePath::new("a.png"))],
            passed_over: [("hidden".to_owned(), 2)].into(),
            unaccounted: vec![],
            trust: Trust { accepted: 30, on_defaults: 30, ..Trust::default() },
            checkpoint: Ok(Checkpoint {
                at: 1,
                why: "run".into(),
                lines: 3,
                head: "abcd".into(),
                public: "0123456789abcdef0123".into(),
                signature: "00".into(),
            }),
            exit: Exit::SomeFailed,
        }
    }

    #[test]
    fn people_see_where_every_page_went() {
        insta::assert_snapshot!(summary().human(), @r"
        UNCERTIFIED 30 values accepted on defaults that were fitted elsewhere: how many are wrong in this archive was not shown (`chartlift certify`)
        archive     out
        engines     both; the second read 90 crops in 2.0 s of processor time, 3 of values left out for the budget
        files       5: 3 read, 1 duplicate, 1 failed
        documents   4
        pages       9 in = 5 read + 1 blank + 1 separator + 1 duplicate + 1 failed
        values      30 accepted, 7 queued for review
        accepted    30 accepted, none audited yet; no certificate
        bundles     4 with 31 resources; 2 accepted values fit in none, or the rest of their item waits
        this run    4 files read, 8 pages in 4.5 s (2.00 pages/s)
        sandbox     files are decoded without file system and network (Landlock 7, system calls filtered)
        decisions   3 lines to abcd, signed by key 0123456789abcdef
        passed over 2 hidden
        duplicates, read once:
          b.png = a.png
        not read:
          box/bad\u{202e}.pdf page 2: the file is cut off; scan it again (broken)
        exit code 3: finished; not all could be read, exported or sent, or an audit switched fields off: all listed
        ");
    }

    #[test]
    fn programs_see_the_same() {
        let value: Value = serde_json::from_str(&summary().json()).unwrap();
        assert_eq!(value["exitCode"], 3);
        assert_eq!(value["totals"]["pagesIn"], 9);
        assert_eq!(value["totals"]["pages"]["failed"], 1);
        assert_eq!(value["thisRun"]["pagesPerSecond"], 2.0);
        assert_eq!(value["failures"][0]["kind"], "broken");
        assert_eq!(value["secondEngine"], json!({"missing": null, "crops": 90, "overBudget": 3, "failed": 0, "cpuSeconds": 2.04}));
        assert_eq!((&value["sandbox"]["whole"], &value["sandbox"]["landlock"]), (&true.into(), &7.into()));
    }

    #[test]
    fn a_missing_second_engine_is_told_in_the_first_lines() {
        let summary = RunSummary { without_second: Some("no model at /nowhere".into()), ..summary() };
        let text = summary.human();
        assert_eq!(text.lines().nth(2), Some("engines     the first alone, so fewer values are accepted: no model at /nowhere"));
        let value: Value = serde_json::from_str(&summary.json()).unwrap();
        assert_eq!(value["secondEngine"]["missing"], "no model at /nowhere");
    }
}
