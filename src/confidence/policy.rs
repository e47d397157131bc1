//! Which threshold a value has to reach: the certificate's where it holds, the model's own where that is wanted, none where nothing is promised.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::certificate::{Certificate, Outside, Standing};
use super::{Class, ConfidenceModel};
use crate::model::{ExtractedValue, Field, Reason};

/// What becomes of values of which no certificate says anything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncertified {
    /// The model's own thresholds hold until the archive has a certificate; from then on they wait for a person.
    #[default]
    UntilCertified,
    /// The model's own thresholds hold, whatever a certificate left out.
    Accept,
    /// They wait for a person.
    Review,
}

/// What a site may say of the decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ConfidenceSettings {
    /// What becomes of values of which no certificate says anything.
    pub uncertified: Uncertified,
}

/// What may be accepted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Policy {
    /// The archive's certificate.
    pub certificate: Option<Certificate>,
    /// What becomes of what it does not speak of.
    pub uncertified: Uncertified,
    /// Fields that an alarm of the audit has switched off.
    pub off: BTreeSet<Field>,
}

/// Where a value's threshold comes from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gate {
    /// The certificate's.
    Certified(f64),
    /// The model's own: nothing is promised.
    Default(f64),
    /// The value waits whatever its probability.
    Shut(Reason),
}

impl Policy {
    /// The gate of a value in a document.
    pub fn gate(&self, value: &ExtractedValue, standing: &Standing<'_>, model: &ConfidenceModel) -> Gate {
        if self.off.contains(&value.field) {
            return Gate::Shut(Reason::FieldOff);
        }
        let own = || model.threshold(value).map_or(Gate::Shut(Reason::Policy), Gate::Default);
        match (self.certified(value.field, standing), self.uncertified) {
            (Ok(threshold), _) => Gate::Certified(threshold),
            (Err(_), Uncertified::Accept) => own(),
            (Err(None), Uncertified::UntilCertified) => own(),
            (Err(_), _) => Gate::Shut(Reason::Uncertified),
        }
    }

    /// The certified threshold of a field in a document; else why there is none, or nothing if there is no certificate at all.
    pub fn certified(&self, field: Field, standing: &Standing<'_>) -> Result<f64, Option<Outside>> {
        self.certificate.as_ref().ok_or(None)?.threshold(Class::of(field), standing).map_err(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::super::certificate::{ClassCertificate, FORMAT, Labellers};
    use super::super::sequence::Outcome;
    use super::*;
    use crate::export::sample::value;
    use crate::model::{Capture, DocumentKind, Origin};

    fn certificate() -> Certificate {
        let class = |class, outcome| {
            let shown = ClassCertificate {
                fields: vec![],
                kinds: [DocumentKind::ProgressNote].into(),
                captures: [Capture::Grey].into(),
                forms: [0].into(),
                grid: vec![0.7],
                outcome,
            };
            (class, shown)
        };
        let passed = Outcome::Certified { threshold: 0.7, checked: 700, wrong: 0, bound: 0.0043 };
        Certificate {
            format: FORMAT,
            archive: "a".into(),
            made: "2026-01-01T00:00:00Z".into(),
            program: "0".into(),
            engines: "one".into(),
            reading: "r".into(),
            understanding: "u".into(),
            model: "m".into(),
            method: "fixed sequence".into(),
            target: 0.005,
            delta: 0.05,
            seed: 1,
            labels: Labellers { from: "truth".into(), sha256: None, catch: 1.0, documents: 700 },
            forms: vec![["name".to_owned(), "sex".to_owned()].into()],
            classes: [class(Class::Identity, passed), class(Class::Dates, Outcome::Refused { checked: 9, wrong: 0, missing: 950 })].into(),
        }
    }

    #[test]
    fn what_a_certificate_does_not_speak_of_waits() {
        let model = ConfidenceModel::load(None).unwrap();
        let origin = |form: &[&str], capture| Origin { form: form.iter().map(|f| (*f).to_owned()).collect(), captures: [capture].into() };
        let known = origin(&["name", "sex", "mrn"], Capture::Grey);
        let (other, fax) = (origin(&["allergies"], Capture::Grey), origin(&["name", "sex"], Capture::BilevelCoarse));
        let inside =
            Standing { kind: DocumentKind::ProgressNote, kind_confidence: 1.0, origin: Some(&known), reading: "r", understanding: "u" };
        let table = [
            (Field::Family, inside, Ok(0.7)),
            (Field::BirthDate, inside, Err(Outside::Class)),
            (Field::City, inside, Err(Outside::Class)),
            (Field::Family, Standing { kind: DocumentKind::Consent, ..inside }, Err(Outside::Kind)),
            (Field::Family, Standing { origin: Some(&other), ..inside }, Err(Outside::Form)),
            (Field::Family, Standing { origin: Some(&fax), ..inside }, Err(Outside::Capture)),
            (Field::Family, Standing { origin: None, ..inside }, Err(Outside::Version)),
            (Field::Family, Standing { reading: "another engine", ..inside }, Err(Outside::Version)),
            (Field::Family, Standing { understanding: "other rules", ..inside }, Err(Outside::Version)),
        ];
        let with = |uncertified| Policy { certificate: Some(certificate()), uncertified, ..Policy::default() };
        for (field, standing, want) in table {
            let value = value(field, None, "x").build().extracted;
            assert_eq!(with(Uncertified::UntilCertified).certified(field, &standing), want.map_err(Some), "{field}");
            let gate = |uncertified| with(uncertified).gate(&value, &standing, &model);
            let shut = Gate::Shut(Reason::Uncertified);
            assert_eq!(gate(Uncertified::UntilCertified), want.map_or(shut, Gate::Certified));
            assert_eq!(gate(Uncertified::Review), want.map_or(shut, Gate::Certified));
            assert!(want.is_ok() || !matches!(gate(Uncertified::Accept), Gate::Certified(_) | Gate::Shut(Reason::Uncertified)));
        }
    }

    #[test]
    fn without_a_certificate_the_models_own_thresholds_hold_unless_that_is_forbidden() {
        let model = ConfidenceModel::load(None).unwrap();
        let standing = Standing { kind: DocumentKind::ProgressNote, kind_confidence: 1.0, origin: None, reading: "r", understanding: "u" };
        let value = value(Field::Family, None, "Doe").build().extracted;
        let gate = |policy: Policy| policy.gate(&value, &standing, &model);
        let with = |uncertified| Policy { uncertified, ..Policy::default() };
        assert!(matches!(gate(with(Uncertified::UntilCertified)), Gate::Default(_)));
        assert!(matches!(gate(with(Uncertified::Accept)), Gate::Default(_)));
        assert_eq!(gate(with(Uncertified::Review)), Gate::Shut(Reason::Uncertified));
        assert_eq!(gate(Policy { off: [Field::Family].into(), ..with(Uncertified::Accept) }), Gate::Shut(Reason::FieldOff));
    }

    #[test]
    fn a_certificate_survives_its_file() {
        let made = certificate();
        assert_eq!(Certificate::parse(&made.text()), Ok(made.clone()));
        assert!(Certificate::parse(&made.text().replacen("\"format\": 1", "\"format\": 2", 1)).unwrap_err().contains("format"));
        assert!(Certificate::parse(&made.text().replacen("target", "taget", 1)).unwrap_err().contains("taget"));
    }
}
