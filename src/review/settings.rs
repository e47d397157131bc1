//! What a site may say of review.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// How fields are asked that tell one patient from another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// `double` where three accounts can answer (two key, a third settles), else `blind`.
    #[default]
    Auto,
    /// Like other fields.
    Confirm,
    /// Keyed without sight of what was read.
    Blind,
    /// Keyed by two people; a third one settles what differs.
    Double,
}

/// How people are asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReviewSettings {
    /// How fields are asked that tell one patient from another.
    pub identity: Identity,
    /// Share of other items that is asked blindly, 0.0–1.0, so that a blind item need not be a check.
    pub blind_share: f64,
    /// Share of a reviewer's items that is taken from the audit's sample, 0.0–1.0.
    pub audit_share: f64,
    /// Share of a reviewer's items that shows a planted error, 0.0–1.0.
    pub seed_share: f64,
    /// Items of one field and kind of document that are handed out in a row.
    pub run: usize,
    /// How long items are kept for a reviewer who does nothing, minutes.
    pub lease_minutes: u32,
    /// When what was put off comes back, minutes.
    pub postpone_minutes: u32,
    /// After how many days an item comes before all that is younger.
    pub oldest_days: u32,
    /// What a mistake costs: who the patient is.
    pub cost_identity: f64,
    /// What a mistake costs: allergies, medicines, kind and dates of the paper.
    pub cost_harm: f64,
    /// What a mistake costs: other values.
    pub cost_other: f64,
    /// What a mistake costs: free text.
    pub cost_text: f64,
    /// Seconds that an answer takes until the archive has answers of its own.
    pub seconds: f64,
    /// A session ends after so many minutes without a deed, 2–30.
    pub idle_minutes: u32,
    /// A session ends after so many hours, 1–24.
    pub session_hours: u32,
    /// Folder of the key that signs the chain of decisions, and of copies of what it signed; the user's own data folder, if not given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keys: Option<PathBuf>,
    /// Certificate chain (PEM) for addresses other than loopback.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_certificate: Option<PathBuf>,
    /// Its private key (PEM).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_key: Option<PathBuf>,
}

impl Default for ReviewSettings {
    fn default() -> Self {
        Self {
            identity: Identity::Auto,
            blind_share: 0.1,
            audit_share: 0.1,
            seed_share: 0.015,
            run: 20,
            lease_minutes: 10,
            postpone_minutes: 30,
            oldest_days: 14,
            cost_identity: 20.0,
            cost_harm: 10.0,
            cost_other: 3.0,
            cost_text: 1.0,
            seconds: 6.0,
            idle_minutes: 15,
            session_hours: 8,
            keys: None,
            tls_certificate: None,
            tls_key: None,
        }
    }
}

impl ReviewSettings {
    /// What cannot be used, as the setting's name and what is wanted.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let share = |value: f64| (0.0..=1.0).contains(&value);
        let cost = |value: f64| value > 0.0 && value.is_finite();
        let checks = [
            ("blind_share", share(self.blind_share), "a share, 0.0 to 1.0"),
            ("audit_share", share(self.audit_share), "a share, 0.0 to 1.0"),
            ("seed_share", share(self.seed_share), "a share, 0.0 to 1.0"),
            ("run", (1..=100).contains(&self.run), "a number from 1 to 100"),
            ("lease_minutes", (1..=240).contains(&self.lease_minutes), "minutes, 1 to 240"),
            ("postpone_minutes", (1..=10_080).contains(&self.postpone_minutes), "minutes, 1 to 10080"),
            ("oldest_days", self.oldest_days >= 1, "a number of days from 1 on"),
            ("cost_identity", cost(self.cost_identity), "a number above 0"),
            ("cost_harm", cost(self.cost_harm), "a number above 0"),
            ("cost_other", cost(self.cost_other), "a number above 0"),
            ("cost_text", cost(self.cost_text), "a number above 0"),
            ("seconds", cost(self.seconds), "a number above 0"),
            ("idle_minutes", (2..=30).contains(&self.idle_minutes), "minutes, 2 to 30"),
            ("session_hours", (1..=24).contains(&self.session_hours), "hours, 1 to 24"),
            ("tls_key", self.tls_key.is_some() == self.tls_certificate.is_some(), "both review.tls_certificate and review.tls_key"),
        ];
        checks.into_iter().find(|(_, good, _)| !good).map(|(name, _, wanted)| (name, wanted))
    }
}
