//! What `chartlift certify` and `chartlift plan` say, for people and as JSON.

use std::fmt::Write;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::summary::count;
use crate::confidence::Class;
use crate::confidence::certificate::Certificate;
use crate::confidence::plan::{Characteristic, Cost, POWER};
use crate::confidence::sequence::Outcome;

/// Where labels came from, and which were left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LabelCounts {
    /// Documents with labels that count.
    pub documents: u64,
    /// Documents left out because the confidence model was fitted on them.
    pub seen: u64,
    /// Documents of which nothing is known.
    pub unknown: u64,
    /// Answers of the audit that make no even sample yet: of a lot that is not answered as a whole, or drawn at a higher rate.
    pub set_aside: u64,
    /// Values of the audit that wait for their answer.
    pub waiting: u64,
    /// Documents left out because other engines, settings or rules made them.
    pub stale: u64,
}

/// What was certified.
#[derive(Clone, Debug)]
pub struct CertifyReport {
    /// The archive.
    pub archive: PathBuf,
    /// The certificate.
    pub certificate: Certificate,
    /// Where its labels came from.
    pub counts: LabelCounts,
    /// Values that have another status than before; `None` if nothing was kept.
    pub moved: Option<u64>,
}

/// A share as people read it.
pub(super) fn percent(share: f64) -> String {
    let percent = 100.0 * share;
    let digits = if percent >= 10.0 {
        1
    } else if percent >= 0.1 {
        2
    } else {
        3
    };
    format!("{percent:.digits$} %")
}

impl CertifyReport {
    /// For people.
    pub fn human(&self) -> String {
        let Certificate { target, delta, classes, labels, forms, .. } = &self.certificate;
        let mut text = String::new();
        let passed = self.certificate.certified().count();
        let _ = writeln!(
            text,
            "certificate {passed} of {} classes of fields: at most {} of accepted values wrong, {} confidence each",
            classes.len(),
            percent(*target),
            percent(1.0 - delta)
        );
        let LabelCounts { documents, seen, unknown, set_aside, waiting, stale } = self.counts;
        let mut parts = vec![format!("{} checked ({})", count(documents, "document"), labels.from)];
        for (number, what) in [
            (seen, "left out: the confidence model was fitted on them"),
            (unknown, "not checked"),
            (set_aside, "answers set aside, to count every value alike"),
            (waiting, "values wait for an answer"),
            (stale, "left out: read or understood by other engines, settings or rules (run `chartlift run` first)"),
        ] {
            if number > 0 {
                parts.push(format!("{number} {what}"));
            }
        }
        let _ = writeln!(text, "labels      {}", parts.join("; "));
        if labels.catch < 1.0 {
            let _ = writeln!(
                text,
                "            those who checked find {} of wrong values: the target is {} for it",
                percent(labels.catch),
                percent(target * labels.catch)
            );
        }
        let _ = writeln!(
            text,
            "holds for   {} and what is like them in kind, capture and form; all else goes to people",
            count(forms.len() as u64, "form")
        );
        let _ = writeln!(text, "{:<15} {:>7} {:>6} {:>9} {:>7}   ", "class", "checked", "wrong", "at most", "from");
        for (class, shown) in classes {
            let name = class.as_str();
            let _ = match shown.outcome {
                Outcome::Certified { threshold, checked, wrong, bound } => {
                    writeln!(text, "{name:<15} {checked:>7} {wrong:>6} {:>9} {threshold:>7.4}   certified", percent(bound))
                }
                Outcome::Refused { checked, wrong, missing } => {
                    writeln!(text, "{name:<15} {checked:>7} {wrong:>6} {:>9} {:>7}   {}", "-", "-", refusal(missing))
                }
            };
        }
        let _ = match self.moved {
            None => writeln!(text, "nothing was kept: leave --dry-run out to do so"),
            Some(moved) => {
                writeln!(text, "kept as {}; {} another status by it", self.archive.join("certificate.json").display(), having(moved))
            }
        };
        text
    }

    /// For programs: one JSON object and a line feed.
    pub fn json(&self) -> String {
        let LabelCounts { documents, seen, unknown, set_aside, waiting, stale } = self.counts;
        let value = json!({
            "archive": self.archive.display().to_string(),
            "certificate": self.certificate,
            "labels": {"documents": documents, "leftOutFitted": seen, "unchecked": unknown, "leftOutStale": stale, "answersSetAside": set_aside, "answersWaiting": waiting},
            "valuesMoved": self.moved,
        });
        format!("{value}\n")
    }
}

fn refusal(missing: u64) -> String {
    if missing == 0 { "refused: too many wrong".to_owned() } else { format!("refused: {missing} more labels, if no more are wrong") }
}

fn having(values: u64) -> String {
    if values == 1 { "1 value has".to_owned() } else { format!("{values} values have") }
}

/// What a target costs in an archive.
#[derive(Clone, Debug)]
pub struct TargetPlan {
    /// Share of wrong values.
    pub target: f64,
    /// Class by class.
    pub classes: Vec<(Class, Cost)>,
}

impl TargetPlan {
    fn accepted(&self) -> u64 {
        self.classes.iter().map(|(_, cost)| cost.accepted).sum()
    }

    fn labels(&self) -> u64 {
        self.classes.iter().filter_map(|(_, cost)| cost.labels).sum()
    }
}

/// What `chartlift plan` says.
#[derive(Clone, Debug)]
pub struct PlanReport {
    /// The archive.
    pub archive: PathBuf,
    /// Values that were given.
    pub given: u64,
    /// Those of them that a rule sends to people, whatever the target.
    pub barred: u64,
    /// Fields that are missing and wait for people.
    pub missing: u64,
    /// Target by target.
    pub targets: Vec<TargetPlan>,
    /// Seconds that a reviewer takes for a value, and whether they were measured here.
    pub review_seconds: (f64, bool),
    /// Seconds that a blind check takes.
    pub label_seconds: f64,
}

impl PlanReport {
    /// Values that people would look at.
    fn review(&self, plan: &TargetPlan) -> u64 {
        self.given - plan.accepted() + self.missing
    }

    fn hours(&self, values: u64, seconds: f64) -> f64 {
        values as f64 * seconds / 3600.0
    }

    /// For people.
    pub fn human(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "archive     {}", self.archive.display());
        let _ = writeln!(
            text,
            "values      {} given, {} of them for people by rule; {} missing",
            self.given,
            self.barred,
            count(self.missing, "field")
        );
        let (seconds, measured) = self.review_seconds;
        let _ = writeln!(
            text,
            "reviewers   {seconds:.1} s a value ({}), {:.1} s a blind check (stated)",
            if measured { "measured here" } else { "stated, not measured: --seconds" },
            self.label_seconds
        );
        let _ = writeln!(
            text,
            "estimates from the confidences, half of the target being used up; what was shown stands in the certificate alone"
        );
        let _ = writeln!(
            text,
            "{:>7} {:>9} {:>10} {:>9} {:>8} {:>8} {:>8}",
            "target", "accepted", "to review", "of given", "hours", "labels", "hours"
        );
        for plan in &self.targets {
            let (accepted, labels) = (plan.accepted(), plan.labels());
            let review = self.review(plan);
            let _ = writeln!(
                text,
                "{:>7} {accepted:>9} {review:>10} {:>9} {:>8.1} {labels:>8} {:>8.1}",
                percent(plan.target),
                percent(1.0 - accepted as f64 / self.given.max(1) as f64),
                self.hours(review, seconds),
                self.hours(labels, self.label_seconds)
            );
        }
        let _ = writeln!(
            text,
            "by class: accepted / labels for a certificate that passes {} of the time (-: more than the archive has)",
            percent(POWER)
        );
        let _ = write!(text, "{:<15}", "class");
        for plan in &self.targets {
            let _ = write!(text, " {:>20}", percent(plan.target));
        }
        text.push('\n');
        for (at, (class, _)) in self.targets.first().map_or(&[][..], |plan| &plan.classes).iter().enumerate() {
            let _ = write!(text, "{:<15}", class.as_str());
            for plan in &self.targets {
                let cost = plan.classes[at].1;
                let labels = cost.labels.map_or_else(|| "-".to_owned(), |labels| labels.to_string());
                let _ = write!(text, " {:>20}", format!("{} / {labels}", cost.accepted));
            }
            text.push('\n');
        }
        text
    }

    /// For programs: one JSON object and a line feed.
    pub fn json(&self) -> String {
        let (seconds, measured) = self.review_seconds;
        let target = |plan: &TargetPlan| -> Value {
            let (accepted, labels) = (plan.accepted(), plan.labels());
            let review = self.review(plan);
            let classes: Vec<Value> = plan
                .classes
                .iter()
                .map(|(class, cost)| {
                    json!({"class": class.as_str(), "accepted": cost.accepted, "expectedWrong": cost.expected_wrong, "threshold": cost.threshold, "labels": cost.labels})
                })
                .collect();
            json!({
                "target": plan.target, "accepted": accepted, "review": review, "reviewHours": self.hours(review, seconds),
                "labels": labels, "labelHours": self.hours(labels, self.label_seconds), "classes": classes,
            })
        };
        let value = json!({
            "archive": self.archive.display().to_string(), "given": self.given, "barred": self.barred, "missing": self.missing,
            "reviewSeconds": seconds, "reviewSecondsMeasured": measured, "labelSeconds": self.label_seconds,
            "targets": self.targets.iter().map(target).collect::<Vec<_>>(),
        });
        format!("{value}\n")
    }
}

/// A contract's plan and what it is worth.
#[derive(Clone, Debug)]
pub struct ContractReport {
    /// Values checked.
    pub sample: u64,
    /// Wrong ones allowed.
    pub allowed: u64,
    /// What it lets pass and shows.
    pub characteristic: Characteristic,
    /// Confidence of the bound is 1 less this.
    pub delta: f64,
}

impl ContractReport {
    /// For people.
    pub fn human(&self) -> String {
        let mut text = format!("plan        {} checked, at most {} wrong\n", count(self.sample, "value"), self.allowed);
        for (share, passes) in &self.characteristic.passes {
            let _ = writeln!(text, "passes      {} of lots with {} wrong", percent(*passes), percent(*share));
        }
        let _ = writeln!(text, "            one lot in ten with {} wrong", percent(self.characteristic.passed_with_ten_percent));
        let _ = writeln!(
            text,
            "shows       at most {} wrong, with {} confidence, where {} are",
            percent(self.characteristic.bound),
            percent(1.0 - self.delta),
            self.allowed
        );
        text
    }

    /// For programs: one JSON object and a line feed.
    pub fn json(&self) -> String {
        let Characteristic { passes, passed_with_ten_percent, bound } = &self.characteristic;
        let passes: Vec<Value> = passes.iter().map(|(share, p)| json!({"share": share, "passes": p})).collect();
        let value = json!({
            "sample": self.sample, "allowed": self.allowed, "passes": passes, "passedWithTenPercent": passed_with_ten_percent,
            "bound": bound, "confidence": 1.0 - self.delta,
        });
        format!("{value}\n")
    }
}
