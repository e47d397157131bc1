//! Resources for servers without transactions, and for bulk loading: each with an id of our own choice, references as `Patient/<id>`.
//!
//! Bulk loaders resolve no conditional references, and of two resources of one id keep either: what several documents share has to be handed over once, which is for
//! the caller to see to ([`Literal::shared`]).

use std::collections::BTreeMap;

use serde_json::Value;

use super::Rendering;
use super::split::{in_order, point};

/// The types in an order in which each can be loaded after those that it refers to.
const ORDER: [&str; 21] = [
    "Questionnaire",
    "Organization",
    "Practitioner",
    "Device",
    "Patient",
    "Encounter",
    "Coverage",
    "RelatedPerson",
    "Binary",
    "DocumentReference",
    "Condition",
    "AllergyIntolerance",
    "MedicationStatement",
    "Immunization",
    "Procedure",
    "Observation",
    "DiagnosticReport",
    "Composition",
    "QuestionnaireResponse",
    "List",
    "Provenance",
];

/// A resource with its id.
#[derive(Clone, Debug, PartialEq)]
pub struct Literal {
    /// Its type.
    pub kind: String,
    /// Its id: the UUID of its place.
    pub id: String,
    /// Whether other documents may bring it, too.
    pub shared: bool,
    /// The resource.
    pub resource: Value,
}

/// A document's resources with ids and literal references, what is referred to before what refers.
pub fn literal(rendering: Rendering) -> Vec<Literal> {
    let id = |url: &str| url.strip_prefix("urn:uuid:").unwrap_or_default().to_owned();
    let kinds: BTreeMap<String, String> = rendering.resources.iter().map(|r| (r.url.clone(), r.kind.clone())).collect();
    let to = |url: &str| kinds.get(url).map(|kind| format!("{kind}/{}", id(url)));
    let literal = |mut rendered: super::Rendered| {
        point(&mut rendered.resource, &to);
        let (id, shared) = (id(&rendered.url), rendered.is_shared());
        rendered.resource["id"] = id.as_str().into();
        Literal { kind: rendered.kind, id, shared, resource: rendered.resource }
    };
    in_order(rendering.resources).into_iter().map(literal).collect()
}

/// The number of a type in the order of loading, from 1; types that are not known come last.
pub fn load_order(kind: &str) -> usize {
    ORDER.iter().position(|known| *known == kind).unwrap_or(ORDER.len()) + 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::Scan;
    use crate::export::fhir::{ExportContext, render};
    use crate::export::sample::full;
    use std::collections::BTreeSet;

    #[test]
    fn every_reference_leads_to_what_was_loaded_before() {
        let scan = Scan::new(b"%PDF".to_vec());
        let literals = literal(render(&full("a.pdf"), &ExportContext::default(), Some(&scan)));
        let mut loaded = BTreeSet::new();
        let mut led = 0;
        for Literal { kind, id, resource, .. } in &literals {
            assert_eq!((resource["id"].as_str(), uuid::Uuid::parse_str(id).is_ok()), (Some(id.as_str()), true));
            assert!(ORDER.contains(&kind.as_str()), "{kind} has no place in the order of loading");
            let text = resource.to_string();
            assert!(!text.contains("\"reference\":\"urn:") && !text.contains("\"url\":\"urn:uuid"), "{text}");
            for part in text.split("\"reference\":\"").skip(1).chain(text.split("\"url\":\"Binary/").skip(1)) {
                let target = part.split('"').next().unwrap();
                let target = if target.contains('/') { target.to_owned() } else { format!("Binary/{target}") };
                assert!(loaded.contains(&target), "{kind}: {target}");
                let before = target.split('/').next().unwrap();
                assert!(load_order(before) < load_order(kind), "{kind} refers to {before}");
                led += 1;
            }
            loaded.insert(format!("{kind}/{id}"));
        }
        assert!(led > 50 && loaded.len() == literals.len());
    }

    #[test]
    fn what_documents_share_has_one_id() {
        let shared = |name: &str| -> BTreeSet<String> {
            let literals = literal(render(&full(name), &ExportContext::default(), None));
            literals.into_iter().filter(|literal| literal.shared && literal.kind != "Patient").map(|literal| literal.id).collect()
        };
        let (a, b) = (shared("a.pdf"), shared("b.pdf"));
        assert!(a.len() >= 4 && a == b);
    }
}
