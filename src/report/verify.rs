//! What a look through the chain of decisions found, for people and programs.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::json;

use super::Exit;
use super::summary::count;
use crate::model::ChainVerdict;

/// A look through an archive's chain of decisions.
pub struct VerifyReport {
    /// The archive.
    pub archive: PathBuf,
    /// What was found.
    pub verdict: ChainVerdict,
}

impl VerifyReport {
    /// How the process ends.
    pub fn exit(&self) -> Exit {
        if self.verdict.is_sound() { Exit::Done } else { Exit::Damaged }
    }

    /// For people: a line a verdict.
    pub fn human(&self) -> String {
        let verdict = &self.verdict;
        let mut text = format!(
            "{}: {} to {}, {} in the ledger, {} kept outside of it\n",
            self.archive.display(),
            count(verdict.lines.unsigned_abs(), "line"),
            verdict.head,
            count(verdict.checkpoints as u64, "checkpoint"),
            verdict.copies
        );
        let mut say = |line: Option<String>| line.map(|line| writeln!(text, "{line}"));
        say(verdict.altered_at.map(|line| format!("ALTERED at line {line}: it does not fit the one before it")));
        say(verdict.missing_at.map(|line| format!("MISSING: there is no line {line}, and there are later ones")));
        say(verdict
            .tail_missing
            .map(|lines| format!("TAIL MISSING: a checkpoint of the ledger covers {lines} lines, the chain has {}", verdict.lines)));
        say(verdict.shorter_than_copy.map(|lines| {
            format!("SHORTER THAN CHECKPOINT: one that is kept outside covers {lines} lines, the chain has {}", verdict.lines)
        }));
        say(verdict
            .rewritten_up_to
            .map(|lines| format!("REWRITTEN: lines up to {lines} fit one another and are not those that were signed")));
        for at in &verdict.signature_wrong {
            say(Some(format!("SIGNATURE WRONG: the checkpoint of {}", time(*at))));
        }
        for at in &verdict.checkpoints_missing {
            say(Some(format!("CHECKPOINT MISSING: that of {} is kept outside and not in the ledger", time(*at))));
        }
        if !verdict.other_key.is_empty() {
            say(Some(format!("{} signed by another key than this machine's", count(verdict.other_key.len() as u64, "checkpoint"))));
        }
        if verdict.is_sound() {
            say(Some("sound: every line fits the one before it".to_owned()));
            if verdict.copies == 0 {
                say(Some(
                    "no checkpoint is kept on this machine: a chain that was cut or written anew with its checkpoints would not show"
                        .to_owned(),
                ));
            }
        }
        text
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let value = json!({
            "archive": self.archive.display().to_string(), "sound": self.verdict.is_sound(), "exitCode": self.exit().code(), "verdict": self.verdict,
        });
        format!("{value}\n")
    }
}

fn time(at: i64) -> String {
    jiff::Timestamp::from_second(at).map_or_else(|_| at.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fault_has_a_line_of_its_own() {
        let report = |verdict| VerifyReport { archive: "out".into(), verdict };
        let sound = report(ChainVerdict { lines: 3, head: "ab".into(), copies: 1, ..ChainVerdict::default() });
        assert_eq!((sound.exit(), sound.human().lines().count()), (Exit::Done, 2));
        let bad = report(ChainVerdict {
            altered_at: Some(2),
            missing_at: Some(3),
            tail_missing: Some(9),
            shorter_than_copy: Some(9),
            rewritten_up_to: Some(1),
            signature_wrong: vec![0],
            checkpoints_missing: vec![0],
            ..ChainVerdict::default()
        });
        let text = bad.human();
        for word in [
            "ALTERED at line 2",
            "no line 3",
            "TAIL MISSING",
            "SHORTER",
            "REWRITTEN",
            "WRONG: the checkpoint of 1970-01-01",
            "CHECKPOINT MISSING",
        ] {
            assert!(text.contains(word), "{text}");
        }
        assert_eq!(bad.exit(), Exit::Damaged);
        assert!(bad.json().contains("\"alteredAt\":2") && bad.json().contains("\"sound\":false"));
    }
}
