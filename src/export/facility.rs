//! Who scans, for whom, and how its systems want to be written to: what no paper says and messages, documents and objects ask for.

use serde::{Deserialize, Serialize};

/// The scanning facility: whose name stands in what leaves. It is the custodian of what it scans. All of it is the site's word; nothing is made up
/// where it says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FacilitySettings {
    /// Its name.
    pub name: String,
    /// Its object identifier, such as `1.2.3`.
    pub oid: String,
    /// Its telephone, as `+15035550123`.
    pub telephone: String,
    /// Street and number.
    pub street: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// Postal code.
    pub postal_code: String,
    /// Country, ISO 3166-1: `US`.
    pub country: String,
    /// The country of patients' addresses, which papers do not print; empty if that cannot be said of all of them.
    pub patients_country: String,
    /// Name of whoever gives out the record numbers, as receivers know it; `export.mrn_system` is its identifier.
    pub mrn_namespace: String,
    /// Number or name of the scanner's operator within the facility.
    pub operator_id: String,
    /// The operator's family name.
    pub operator_family: String,
    /// The operator's given names.
    pub operator_given: String,
    /// The scanner, maker and model.
    pub scanner: String,
    /// The scanner's object identifier.
    pub scanner_oid: String,
    /// Whether papers are scanned on the day on which chartlift takes them, so that the one day may stand for the other.
    pub scanned_at_intake: bool,
    /// The zone in which times are written: an offset such as `-08:00`.
    pub utc_offset: String,
    /// Language of the papers (RFC 5646).
    pub language: String,
    /// How confidential the papers are.
    pub confidentiality: Confidentiality,
}

impl Default for FacilitySettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            oid: String::new(),
            telephone: String::new(),
            street: String::new(),
            city: String::new(),
            state: String::new(),
            postal_code: String::new(),
            country: String::new(),
            patients_country: String::new(),
            mrn_namespace: String::new(),
            operator_id: String::new(),
            operator_family: String::new(),
            operator_given: String::new(),
            scanner: String::new(),
            scanner_oid: String::new(),
            scanned_at_intake: false,
            utc_offset: "+00:00".to_owned(),
            language: "en-US".to_owned(),
            confidentiality: Confidentiality::Normal,
        }
    }
}

/// How confidential a paper is (HL7's BasicConfidentialityKind).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidentiality {
    /// As other records.
    Normal,
    /// For those who treat the patient alone.
    Restricted,
    /// For those whom the patient has named.
    VeryRestricted,
}

impl Confidentiality {
    /// The code of v3-Confidentiality.
    pub fn v3(self) -> &'static str {
        match self {
            Self::Normal => "N",
            Self::Restricted => "R",
            Self::VeryRestricted => "V",
        }
    }

    /// The code of HL7 v2's table 0272.
    pub fn v2(self) -> &'static str {
        match self {
            Self::Normal => "U",
            Self::Restricted => "R",
            Self::VeryRestricted => "V",
        }
    }
}

/// How HL7 v2 messages are addressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Hl7v2Settings {
    /// The sending application (MSH-3).
    pub sending_application: String,
    /// The sending facility (MSH-4); empty stands for the facility's name.
    pub sending_facility: String,
    /// The receiving application (MSH-5).
    pub receiving_application: String,
    /// The receiving facility (MSH-6).
    pub receiving_facility: String,
    /// What the receiver is to do with it (MSH-11).
    pub processing: Processing,
    /// What is said of patients: that they be added, or brought up to date.
    pub adt_event: AdtEvent,
    /// Scans up to this size stand in the message itself, MiB; larger ones lie beside it and are referred to. 0 refers to all.
    pub embed_at_most_mib: u32,
    /// What the paths of scans that are referred to are appended to, such as `file://scans/export/`; empty leaves them relative to the export's folder.
    pub scan_base: String,
}

impl Default for Hl7v2Settings {
    fn default() -> Self {
        Self {
            sending_application: "CHARTLIFT".to_owned(),
            sending_facility: String::new(),
            receiving_application: String::new(),
            receiving_facility: String::new(),
            processing: Processing::Production,
            adt_event: AdtEvent::Add,
            embed_at_most_mib: 20,
            scan_base: String::new(),
        }
    }
}

/// HL7 table 0103.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Processing {
    /// For the record.
    Production,
    /// To train people.
    Training,
    /// To find faults.
    Debugging,
}

impl Processing {
    /// The code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Production => "P",
            Self::Training => "T",
            Self::Debugging => "D",
        }
    }
}

/// What a message about a patient asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AdtEvent {
    /// Add person information.
    #[serde(rename = "A28")]
    Add,
    /// Update person information.
    #[serde(rename = "A31")]
    Update,
}

impl AdtEvent {
    /// The code of the event.
    pub fn code(self) -> &'static str {
        match self {
            Self::Add => "A28",
            Self::Update => "A31",
        }
    }
}

/// OIDs longer than this do not fit into DICOM.
const LONGEST_OID: usize = 64;
/// Most characters of an application's, a facility's or an authority's name (HL7 v2.5.1, HD.1).
pub(crate) const NAMESPACE: usize = 20;

impl Hl7v2Settings {
    /// A setting that cannot be used, and what is wanted in its place.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        let names = [
            ("sending_application", &self.sending_application),
            ("sending_facility", &self.sending_facility),
            ("receiving_application", &self.receiving_application),
            ("receiving_facility", &self.receiving_facility),
        ];
        names.into_iter().find(|(_, name)| name.chars().count() > NAMESPACE).map(|(key, _)| (key, "a name of at most 20 characters"))
    }
}

impl FacilitySettings {
    /// A setting that cannot be used, and what is wanted in its place.
    pub fn fault(&self) -> Option<(&'static str, &'static str)> {
        for (name, oid) in [("oid", &self.oid), ("scanner_oid", &self.scanner_oid)] {
            if !oid.is_empty() && !is_oid(oid) {
                return Some((name, "numbers with points between them, such as 1.2.3,"));
            }
        }
        let country = |code: &str| code.is_empty() || (matches!(code.len(), 2 | 3) && code.bytes().all(|b| b.is_ascii_uppercase()));
        for (name, code) in [("country", &self.country), ("patients_country", &self.patients_country)] {
            if !country(code) {
                return Some((name, "a country's code of two or three capitals (ISO 3166-1)"));
            }
        }
        if self.mrn_namespace.chars().count() > NAMESPACE {
            return Some(("mrn_namespace", "a name of at most 20 characters"));
        }
        if self.offset().is_none() {
            return Some(("utc_offset", "an offset between -14:00 and +14:00"));
        }
        let tag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !self.language.split('-').all(tag) {
            return Some(("language", "a language tag such as en-US"));
        }
        None
    }

    fn offset(&self) -> Option<jiff::tz::Offset> {
        let (sign, rest) = match self.utc_offset.split_at_checked(1)? {
            ("+", rest) => (1, rest),
            ("-", rest) => (-1, rest),
            _ => return None,
        };
        let (hours, minutes) = rest.split_once(':')?;
        let number = |text: &str| (text.len() == 2 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<i32>().ok())?;
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        if minutes > 59 || hours * 60 + minutes > 14 * 60 {
            return None;
        }
        jiff::tz::Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok()
    }

    /// A moment in the facility's zone as HL7 writes it: `20240102030405+0000`. What lies outside the calendar becomes its beginning.
    pub(crate) fn hl7_time(&self, seconds: i64) -> String {
        let (date, time, zone) = self.moment(seconds);
        format!("{date}{time}{zone}")
    }

    /// Day, time and zone of a moment: `20240102`, `030405`, `+0000`.
    pub(crate) fn moment(&self, seconds: i64) -> (String, String, String) {
        let at = jiff::Timestamp::from_second(seconds).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
        let offset = self.offset().unwrap_or(jiff::tz::Offset::UTC);
        let local = offset.to_datetime(at);
        let zone = if self.offset().is_some() { self.utc_offset.replace(':', "") } else { "+0000".to_owned() };
        (local.strftime("%Y%m%d").to_string(), local.strftime("%H%M%S").to_string(), zone)
    }
}

/// Whether a text is an object identifier.
pub(crate) fn is_oid(text: &str) -> bool {
    let arcs: Vec<&str> = text.split('.').collect();
    let arc = |arc: &&str| !arc.is_empty() && arc.bytes().all(|b| b.is_ascii_digit()) && (arc.len() == 1 || !arc.starts_with('0'));
    text.len() <= LONGEST_OID && arcs.len() > 1 && matches!(arcs[0], "0" | "1" | "2") && arcs.iter().all(arc)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_named() {
        let default = FacilitySettings::default();
        assert_eq!(default.fault(), None);
        assert_eq!(Hl7v2Settings::default().fault(), None);
        let long = Hl7v2Settings { receiving_facility: "x".repeat(21), ..Hl7v2Settings::default() };
        assert_eq!(long.fault().map(|(name, _)| name), Some("receiving_facility"));
        let table: [(&str, FacilitySettings); 10] = [
            ("mrn_namespace", FacilitySettings { mrn_namespace: "x".repeat(21), ..default.clone() }),
            ("oid", FacilitySettings { oid: "1.02.3".into(), ..default.clone() }),
            ("oid", FacilitySettings { oid: "urn:oid:1.2.3".into(), ..default.clone() }),
            ("scanner_oid", FacilitySettings { scanner_oid: "3.2".into(), ..default.clone() }),
            ("country", FacilitySettings { country: "usa".into(), ..default.clone() }),
            ("patients_country", FacilitySettings { patients_country: "United States".into(), ..default.clone() }),
            ("utc_offset", FacilitySettings { utc_offset: "0:00".into(), ..default.clone() }),
            ("utc_offset", FacilitySettings { utc_offset: "+15:00".into(), ..default.clone() }),
            ("utc_offset", FacilitySettings { utc_offset: "+01:75".into(), ..default.clone() }),
            ("language", FacilitySettings { language: "".into(), ..default.clone() }),
        ];
        for (name, settings) in table {
            assert_eq!(settings.fault().map(|(name, _)| name), Some(name), "{settings:?}");
        }
    }

    #[test]
    fn times_stand_in_the_zone() {
        let at = crate::export::sample::RECORDED_AT;
        for (offset, expected) in [("+00:00", "20240102030405+0000"), ("-08:00", "20240101190405-0800"), ("+05:30", "20240102083405+0530")]
        {
            let facility = FacilitySettings { utc_offset: offset.into(), ..FacilitySettings::default() };
            assert_eq!(facility.hl7_time(at), expected);
        }
        assert!(FacilitySettings::default().hl7_time(i64::MAX).starts_with("19700101000000"));
    }
}
