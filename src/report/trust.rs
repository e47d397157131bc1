//! What may be said of accepted values, in one sentence: accepted, audited, wrong, upper bound, certificate. Nothing else in the product
//! claims more.

use std::fmt::Write;

use serde_json::{Value, json};

use super::certify::percent;
use super::summary::count;
use crate::confidence::audit::standing::Overall;
use crate::confidence::certificate::Certificate;
use crate::model::Field;

/// What is known of the accepted values of an archive.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trust {
    /// Values that are accepted and that no person has decided.
    pub accepted: u64,
    /// What was checked of what the machine accepted, and how much of it was wrong. Counts one value of a document and field.
    pub audits: Overall,
    /// Values that the certificate lets pass.
    pub certified: u64,
    /// Values that the model's own thresholds let pass.
    pub on_defaults: u64,
    /// The certificate.
    pub certificate: Option<Promised>,
    /// Fields that an alarm has switched off.
    pub off: Vec<Field>,
}

/// What a certificate promises.
#[derive(Clone, Debug, PartialEq)]
pub struct Promised {
    /// When it was made, in UTC.
    pub made: String,
    /// Share of wrong values, 0.0–1.0.
    pub target: f64,
    /// Classes of fields that passed, and all that were tried.
    pub classes: (usize, usize),
}

impl Promised {
    /// What a certificate promises.
    pub fn of(certificate: &Certificate) -> Self {
        let classes = (certificate.certified().count(), certificate.classes.len());
        Self { made: certificate.made.clone(), target: certificate.target, classes }
    }
}

impl Trust {
    /// What has to be said before anything else: values that are accepted without a promise, fields that are off. Empty where there is nothing.
    pub fn warnings(&self) -> String {
        let mut text = String::new();
        if self.on_defaults > 0 {
            let _ = writeln!(
                text,
                "UNCERTIFIED {} accepted on defaults that were fitted elsewhere: how many are wrong in this archive was not shown (`chartlift certify`)",
                count(self.on_defaults, "value")
            );
        }
        if !self.off.is_empty() {
            let names: Vec<String> = self.off.iter().map(Field::to_string).collect();
            let _ = writeln!(
                text,
                "ALARM       nothing is accepted of {}: too many of its checked values were wrong; review/recall.csv lists what had left",
                names.join(", ")
            );
        }
        text
    }

    /// The sentence.
    pub fn sentence(&self) -> String {
        let accepted = self.accepted;
        let Overall { unaudited, audited, wrong, bound, .. } = self.audits;
        let mut text = match bound {
            None => format!("{accepted} accepted, none audited yet"),
            Some(bound) => {
                let rest = if unaudited > 0 { " of the fields that were audited" } else { "" };
                format!(
                    "{accepted} accepted, {audited} audited, {wrong} wrong: with 95 % confidence at most {} wrong{rest}",
                    percent(bound)
                )
            }
        };
        let _ = match &self.certificate {
            None => write!(text, "; no certificate"),
            Some(Promised { made, target, classes: (passed, tried) }) => {
                write!(
                    text,
                    "; certificate of {}: at most {} wrong in {passed} of {tried} classes of fields",
                    &made[..made.len().min(10)],
                    percent(*target)
                )
            }
        };
        text
    }

    /// The same for programs.
    pub fn json(&self) -> Value {
        let Overall { unaudited, audited, wrong, bound, .. } = self.audits;
        json!({
            "accepted": self.accepted, "audited": audited, "wrong": wrong, "upperBound": bound, "inFieldsNotAudited": unaudited,
            "certified": self.certified, "onDefaults": self.on_defaults,
            "certificate": self.certificate.as_ref().map(|c| json!({"made": c.made, "target": c.target, "classesCertified": c.classes.0, "classesTried": c.classes.1})),
            "fieldsOff": self.off,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sentence_says_what_is_known() {
        let none = Trust { accepted: 4_868, on_defaults: 4_868, ..Trust::default() };
        insta::assert_snapshot!(format!("{}{}", none.warnings(), none.sentence()), @r"
        UNCERTIFIED 4868 values accepted on defaults that were fitted elsewhere: how many are wrong in this archive was not shown (`chartlift certify`)
        4868 accepted, none audited yet; no certificate
        ");
        let some = Trust {
            accepted: 4_868,
            audits: Overall { accepted: 3_000, unaudited: 68, audited: 300, wrong: 1, bound: Some(0.0157) },
            certified: 4_868,
            certificate: Some(Promised { made: "2026-11-25T03:00:00Z".into(), target: 0.005, classes: (9, 14) }),
            off: vec![Field::BirthDate],
            ..Trust::default()
        };
        insta::assert_snapshot!(format!("{}{}", some.warnings(), some.sentence()), @r"
        ALARM       nothing is accepted of Patient.birthDate: too many of its checked values were wrong; review/recall.csv lists what had left
        4868 accepted, 300 audited, 1 wrong: with 95 % confidence at most 1.57 % wrong of the fields that were audited; certificate of 2026-11-25: at most 0.50 % wrong in 9 of 14 classes of fields
        ");
    }
}
