//! What the audit says, for people and as JSON: figures and names of fields, never a value.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use super::Exit;
use crate::confidence::alarm::Verdict;
use crate::confidence::audit::standing::{FieldAudit, Overall};
use crate::model::Field;

/// The audit of an archive.
#[derive(Clone, Debug)]
pub struct AuditReport {
    /// The archive.
    pub archive: PathBuf,
    /// All fields together.
    pub overall: Overall,
    /// Field by field.
    pub fields: Vec<FieldAudit>,
}

impl AuditReport {
    /// How the process ends: an alarm that holds is for a person to see.
    pub fn exit(&self) -> Exit {
        if self.fields.iter().any(|field| field.off_since.is_some()) { Exit::SomeFailed } else { Exit::Done }
    }

    /// One line a field.
    pub fn human(&self) -> String {
        let width = self.fields.iter().map(|f| f.field.as_str().len()).max().unwrap_or(0).max(5);
        let mut text = String::new();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "archive     {}", self.archive.display());
        let _ = writeln!(text, "audit       {}", self.sentence());
        let _ = writeln!(
            text,
            "{:<width$} {:>8} {:>7} {:>7} {:>5} {:>5} {:>8} {:>8} {:>8}  verdict",
            "field", "accepted", "waiting", "audited", "wrong", "void", "at most", "promised", "evidence"
        );
        for field in &self.fields {
            let verdict = match (field.off_since, field.verdict) {
                (Some(since), _) => format!("OFF since {}", moment(since)),
                (None, Verdict::Quiet) => "quiet".to_owned(),
                (None, Verdict::Warning) => "warning".to_owned(),
                (None, Verdict::Alarm) => "alarm: the next run switches it off".to_owned(),
            };
            let bound = field.bound.map_or_else(|| "-".to_owned(), percent);
            let _ = writeln!(
                text,
                "{:<width$} {:>8} {:>7} {:>7} {:>5} {:>5} {bound:>8} {:>8} {:>8.2}  {verdict}",
                field.field.as_str(),
                field.accepted,
                field.waiting,
                field.audited,
                field.wrong,
                field.void,
                percent(field.promised),
                field.e_value,
            );
        }
        text
    }

    /// Everything, as one object.
    pub fn json(&self) -> String {
        format!("{:#}\n", json!({"archive": self.archive, "overall": self.overall, "fields": self.fields}))
    }

    fn sentence(&self) -> String {
        let Overall { accepted, unaudited, audited, wrong, bound } = self.overall;
        let mut text = format!("{accepted} accepted (of a document and field one), {audited} checked, {wrong} wrong");
        match bound {
            Some(bound) => {
                let _ = write!(text, ": at most {} of all, with 95 % confidence", percent(bound));
                if unaudited > 0 {
                    let _ = write!(text, ", {unaudited} in fields without a check aside");
                }
            }
            None => text.push_str(": nothing is known yet; review/audit.csv says what to check"),
        }
        text
    }
}

/// What came of a sheet of answers.
#[derive(Clone, Debug, Default)]
pub struct ImportReport {
    /// Answers kept.
    pub kept: u64,
    /// Wrong values among them.
    pub wrong: u64,
    /// Answers that were there already.
    pub known: u64,
    /// Answers to audits that are void.
    pub void: u64,
    /// Fields that these answers switch off.
    pub new_off: Vec<Field>,
    /// All fields that are off.
    pub off: Vec<Field>,
    /// Whether nothing was kept, because that was asked for.
    pub dry_run: bool,
}

impl ImportReport {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        if self.off.is_empty() { Exit::Done } else { Exit::SomeFailed }
    }

    /// A few lines.
    pub fn human(&self) -> String {
        let would = if self.dry_run { " would be kept" } else { "" };
        let mut text = format!("answers     {}{would}: {} right, {} wrong", self.kept, self.kept - self.wrong, self.wrong);
        if self.known > 0 {
            let _ = write!(text, "; {} known already", self.known);
        }
        if self.void > 0 {
            let _ = write!(text, "; {} void, for the machine reads something else there now", self.void);
        }
        text.push('\n');
        if !self.new_off.is_empty() {
            let names: Vec<&str> = self.new_off.iter().map(|field| field.as_str()).collect();
            let verb = if self.dry_run { "would be switched off" } else { "SWITCHED OFF" };
            let _ = writeln!(text, "alarm       {verb}: {}", names.join(", "));
            if !self.dry_run {
                text.push_str("            their values wait for a person; review/recall.csv names what had left\n");
            }
        }
        text
    }

    /// Everything, as one object.
    pub fn json(&self) -> String {
        let ImportReport { kept, wrong, known, void, new_off, off, dry_run } = self;
        format!(
            "{:#}\n",
            json!({"kept": kept, "wrong": wrong, "known": known, "void": void, "alarm": new_off, "off": off, "dry_run": dry_run})
        )
    }
}

fn percent(share: f64) -> String {
    format!("{:.2}%", 100.0 * share)
}

fn moment(seconds: i64) -> String {
    jiff::Timestamp::from_second(seconds).map_or_else(|_| seconds.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(field: Field, audited: u64, wrong: u64) -> FieldAudit {
        FieldAudit {
            field,
            accepted: 1_000,
            waiting: 3,
            void: 1,
            audited,
            wrong,
            bound: (audited > 0).then_some(0.0498),
            promised: 0.005,
            e_value: 12.5,
            verdict: Verdict::Warning,
            off_since: None,
        }
    }

    #[test]
    fn the_table_and_the_sentence() {
        let overall = Overall { accepted: 2_000, unaudited: 1_000, audited: 60, wrong: 0, bound: Some(0.0488) };
        let mut report =
            AuditReport { archive: "out".into(), overall, fields: vec![field(Field::City, 60, 0), field(Field::Gender, 0, 0)] };
        assert_eq!(report.exit(), Exit::Done);
        insta::assert_snapshot!(report.human(), @r"
        archive     out
        audit       2000 accepted (of a document and field one), 60 checked, 0 wrong: at most 4.88% of all, with 95 % confidence, 1000 in fields without a check aside
        field                accepted waiting audited wrong  void  at most promised evidence  verdict
        Patient.address.city     1000       3      60     0     1    4.98%    0.50%    12.50  warning
        Patient.gender           1000       3       0     0     1        -    0.50%    12.50  warning
        ");
        report.fields[0].off_since = Some(0);
        assert_eq!(report.exit(), Exit::SomeFailed);
        assert!(report.human().contains("OFF since 1970-01-01"));
        let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
        assert_eq!((json["fields"][0]["field"].as_str(), json["overall"]["wrong"].as_u64()), (Some("Patient.address.city"), Some(0)));
    }

    #[test]
    fn an_import_says_what_came_of_it() {
        let report =
            ImportReport { kept: 5, wrong: 2, known: 1, void: 1, new_off: vec![Field::City], off: vec![Field::City], dry_run: false };
        insta::assert_snapshot!(report.human(), @r"
        answers     5: 3 right, 2 wrong; 1 known already; 1 void, for the machine reads something else there now
        alarm       SWITCHED OFF: Patient.address.city
                    their values wait for a person; review/recall.csv names what had left
        ");
        assert_eq!(report.exit(), Exit::SomeFailed);
    }
}
