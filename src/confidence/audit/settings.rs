//! What a site may say of its audit.

use serde::{Deserialize, Serialize};

/// How much is checked, and against what.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    /// Checks of a field and night that are aimed at.
    pub floor: f64,
    /// The same for fields that tell one patient from another ([`Field::identifies`](crate::model::Field::identifies)).
    pub floor_identity: f64,
    /// Least share of a field's accepted values that is checked, however many there are, 0.0–1.0.
    pub least_rate: f64,
    /// Largest share of a night's accepted values that the floors may ask for, 0.0–1.0: what keeps a small night from drowning its reviewers.
    pub most_share: f64,
    /// A field counts as new under a version of the rules until so many of its values were checked under it.
    pub new_until: u64,
    /// How many times the floor of a new field counts, and of one whose confidences have moved.
    pub new_times: f64,
    /// Share of wrong values that a reviewer notices, 0.0–1.0; 1.0 is an assumption until known errors were slipped in and found.
    pub catch: f64,
    /// Share of wrong values that fields promise which no certificate covers, 0.0–1.0.
    pub target: f64,
}

impl Default for AuditSettings {
    fn default() -> Self {
        Self {
            floor: 20.0,
            floor_identity: 50.0,
            least_rate: 0.01,
            most_share: 0.1,
            new_until: 300,
            new_times: 2.0,
            catch: 1.0,
            target: 0.005,
        }
    }
}

impl AuditSettings {
    /// What cannot be used, as the setting's name and what is wanted.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let share = |value: f64| value > 0.0 && value <= 1.0;
        let checks = [
            ("floor", self.floor >= 0.0 && self.floor.is_finite(), "a number from 0 on"),
            ("floor_identity", self.floor_identity >= 0.0 && self.floor_identity.is_finite(), "a number from 0 on"),
            ("least_rate", (0.0..=1.0).contains(&self.least_rate), "a share, 0.0 to 1.0"),
            ("most_share", (self.least_rate..=1.0).contains(&self.most_share), "a share, from audit.least_rate to 1.0"),
            ("new_times", self.new_times >= 1.0 && self.new_times.is_finite(), "a number from 1 on"),
            ("catch", share(self.catch), "a share above 0.0, up to 1.0"),
            ("target", share(self.target), "a share above 0.0, up to 1.0"),
        ];
        checks.into_iter().find(|(_, good, _)| !good).map(|(name, _, wanted)| (name, wanted))
    }
}
