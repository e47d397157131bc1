//! The guides that resources can follow, and the profiles of US Core that a resource fulfils.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::datatypes::{DATA_ABSENT_REASONS, LOINC, Object, absent, concept};

/// The guide that an export follows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// US Core: its mandatory elements are there, and each resource names the profiles that it fulfils.
    #[default]
    UsCore,
    /// IHE MHD: scans leave in bundles of their own ([`super::mhd`]); what was read of them is plain R4.
    Mhd,
    /// Plain FHIR R4.
    Generic,
}

/// A version of US Core.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum UsCore {
    /// 3.1.1, of 2020.
    #[serde(rename = "3.1.1")]
    V3,
    /// 6.1.0, of 2023.
    #[serde(rename = "6.1.0")]
    V6,
    /// 9.0.0.
    #[default]
    #[serde(rename = "9.0.0")]
    V9,
}

impl UsCore {
    /// Every version that is known here.
    pub const ALL: [Self; 3] = [Self::V3, Self::V6, Self::V9];

    /// The version's number.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V3 => "3.1.1",
            Self::V6 => "6.1.0",
            Self::V9 => "9.0.0",
        }
    }
}

const BASE: &str = "http://hl7.org/fhir/us/core/StructureDefinition/";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    profile: Vec<Rule>,
}

/// What a profile asks of a resource, see config/us_core.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    kind: String,
    profile: String,
    #[serde(default = "every_version")]
    versions: BTreeSet<UsCore>,
    required: Vec<String>,
    category: Option<String>,
    #[serde(default)]
    loinc: BTreeSet<String>,
    #[serde(default)]
    not_loinc: BTreeSet<String>,
    #[serde(default)]
    units: BTreeSet<String>,
}

fn every_version() -> BTreeSet<UsCore> {
    UsCore::ALL.into()
}

static TABLE: LazyLock<Table> =
    LazyLock::new(|| toml::from_str(include_str!("../../../config/us_core.toml")).expect("config/us_core.toml is compiled in and tested"));

/// Puts in what the version requires and the paper does not say, as unknown: never a guess.
pub(super) fn complete(kind: &str, resource: &mut Object, version: UsCore) {
    // A coded element that is missing is coded as unknown, any other bears the reason as an extension (US Core, "Missing Data").
    let unknown = || concept(DATA_ABSENT_REASONS, "unknown");
    let mut fill = |key: &str, value: Value| {
        let bare = key.trim_start_matches('_');
        if !resource.contains_key(bare) && !resource.contains_key(&format!("_{bare}")) {
            resource.insert(key.to_owned(), value);
        }
    };
    match kind {
        "Patient" if version < UsCore::V9 => fill("gender", "unknown".into()),
        "Practitioner" => {
            fill("name", json!([{}]));
            // Where a printed name is one text, its family name is not told apart.
            if let Some(Value::Object(name)) = resource.get_mut("name").and_then(|names| names.get_mut(0))
                && !name.contains_key("family")
            {
                name.insert("_family".to_owned(), absent(false));
            }
        }
        "Organization" => fill("_active", absent(false)),
        "Encounter" => fill("type", json!([unknown()])),
        "Coverage" => fill("relationship", unknown()),
        "Procedure" => fill("_performedDateTime", absent(false)),
        "DiagnosticReport" => fill("_issued", absent(false)),
        _ => {}
    }
}

/// The profiles of the version that the resource fulfils, as canonical addresses.
pub(super) fn claims(kind: &str, resource: &Value, version: UsCore) -> Vec<String> {
    let fulfilled = TABLE.profile.iter().filter(|rule| rule.kind == kind && rule.versions.contains(&version) && fulfils(resource, rule));
    fulfilled.map(|rule| canonical(rule, version)).collect()
}

fn canonical(rule: &Rule, version: UsCore) -> String {
    if rule.profile.contains(':') { rule.profile.clone() } else { format!("{BASE}{}|{}", rule.profile, version.as_str()) }
}

/// Whether a resource that claims a profile of US Core fulfils it; `None` for a profile that is not known here.
pub(super) fn keeps(kind: &str, resource: &Value, claim: &str) -> Option<bool> {
    let of = |version: UsCore| TABLE.profile.iter().find(move |rule| rule.versions.contains(&version) && canonical(rule, version) == claim);
    UsCore::ALL.into_iter().find_map(of).map(|rule| rule.kind == kind && fulfils(resource, rule))
}

fn fulfils(resource: &Value, rule: &Rule) -> bool {
    let there = |paths: &String| paths.split('|').any(|path| exists(resource, path));
    let codes = |concept: &Value| -> BTreeSet<String> {
        let codings = concept["coding"].as_array().into_iter().flatten().filter(|coding| coding["system"] == LOINC);
        codings.filter_map(|coding| coding["code"].as_str()).map(str::to_owned).collect()
    };
    let coded = codes(&resource[if rule.kind == "DocumentReference" { "type" } else { "code" }]);
    let in_category = |code: &String| {
        let concepts = resource["category"].as_array().into_iter().flatten();
        concepts.flat_map(|concept| concept["coding"].as_array().into_iter().flatten()).any(|coding| coding["code"] == code.as_str())
    };
    let mut quantities = resource["component"].as_array().into_iter().flatten().chain([resource]).filter_map(|o| o.get("valueQuantity"));
    rule.required.iter().all(there)
        && rule.category.iter().all(in_category)
        && rule.loinc.is_subset(&coded)
        && rule.not_loinc.is_disjoint(&coded)
        && (rule.units.is_empty() || quantities.all(|q| q["code"].as_str().is_some_and(|code| rule.units.contains(code))))
}

/// Whether a path such as `name[0].family` leads to an element of the resource, or to what stands beside one that has no value.
pub(super) fn exists(resource: &Value, path: &str) -> bool {
    let mut at = resource;
    for step in path.split('.') {
        let (key, index) = match step.trim_end_matches(']').split_once('[') {
            Some((key, index)) => (key, index.parse::<usize>().ok()),
            None => (step, None),
        };
        let found = at.get(key).or_else(|| at.get(format!("_{key}")));
        match found.and_then(|found| index.map_or(Some(found), |index| found.get(index))) {
            Some(found) => at = found,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_claimed_where_their_elements_are_there() {
        let mut weight = json!({
            "status": "final", "subject": {"reference": "x"}, "effectivePeriod": {"end": "2001-02-03"},
            "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
            "code": concept(LOINC, "29463-7"), "valueQuantity": {"value": 70, "unit": "kg", "code": "kg"},
        });
        let address = format!("{BASE}us-core-body-weight|9.0.0");
        assert_eq!(claims("Observation", &weight, UsCore::V9), std::slice::from_ref(&address));
        assert_eq!(claims("Observation", &weight, UsCore::V3), ["http://hl7.org/fhir/StructureDefinition/bodyweight"]);
        assert_eq!(keeps("Observation", &weight, &address), Some(true));
        for (pointer, wrong) in
            [("/valueQuantity/code", "cm"), ("/code/coding/0/code", "8302-2"), ("/category/0/coding/0/code", "laboratory")]
        {
            let mut wronged = weight.clone();
            *wronged.pointer_mut(pointer).unwrap() = wrong.into();
            assert!(!claims("Observation", &wronged, UsCore::V9).contains(&address), "{pointer}");
            assert_eq!(keeps("Observation", &wronged, &address), Some(false));
        }
        weight.as_object_mut().unwrap().remove("valueQuantity");
        assert_eq!(claims("Observation", &weight, UsCore::V9), Vec::<String>::new());
        assert_eq!(keeps("Observation", &weight, "http://example.org/profile"), None);
    }

    #[test]
    fn what_a_version_requires_is_said_to_be_unknown() {
        let filled = |kind: &str, version: UsCore| {
            let mut resource = Object::new();
            complete(kind, &mut resource, version);
            Value::from(resource)
        };
        assert_eq!(filled("Patient", UsCore::V6)["gender"], "unknown");
        assert_eq!(filled("Patient", UsCore::V9), json!({}));
        assert_eq!(filled("Coverage", UsCore::V9)["relationship"]["coding"][0]["code"], "unknown");
        assert_eq!(filled("Organization", UsCore::V9)["_active"]["extension"][0]["valueCode"], "unknown");
        let mut known = Object::from_iter([("gender".to_owned(), Value::from("female"))]);
        complete("Patient", &mut known, UsCore::V3);
        assert_eq!(known["gender"], "female");
    }

    #[test]
    fn versions_are_written_as_their_numbers() {
        for version in UsCore::ALL {
            assert_eq!(serde_json::to_value(version).unwrap(), version.as_str());
        }
        assert_eq!(serde_json::to_value(Profile::UsCore).unwrap(), "us-core");
    }
}
