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
        let certificate = self.certificate.as_ref().ok_or(None)?;
        if let Some(outside) = certificate.outside(standing) {
            return Err(Some(outside));
        }
        certificate.threshold(Class::of(field)).ok_or(Some(Outside::Class))
    }
}
