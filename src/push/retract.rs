//! Marking a resource as entered in error, in the element that R4 has for it.

use serde_json::{Value, json};

const IN_ERROR: &str = "entered-in-error";

/// How a type says that it was entered in error (FHIR R4, the value set bound to each element).
enum Says {
    /// A code.
    Status,
    /// A CodeableConcept of this system; `clinicalStatus` has to go (con-5, ait-2).
    Verification(&'static str),
}

fn says(kind: &str) -> Option<Says> {
    Some(match kind {
        "Condition" => Says::Verification("http://terminology.hl7.org/CodeSystem/condition-ver-status"),
        "AllergyIntolerance" => Says::Verification("http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"),
        "Composition"
        | "Coverage"
        | "Device"
        | "DiagnosticReport"
        | "DocumentReference"
        | "Encounter"
        | "Immunization"
        | "List"
        | "MedicationStatement"
        | "Observation"
        | "Procedure"
        | "QuestionnaireResponse" => Says::Status,
        _ => return None,
    })
}

/// Whether a type can say that it was entered in error.
pub fn is_retractable(kind: &str) -> bool {
    says(kind).is_some()
}

/// The resource, marked as entered in error; `None` if its type has no such mark.
pub fn retracted(resource: &Value) -> Option<Value> {
    let kind = resource["resourceType"].as_str()?;
    let mut marked = resource.clone();
    match says(kind)? {
        Says::Status => marked["status"] = IN_ERROR.into(),
        Says::Verification(system) => {
            marked["verificationStatus"] = json!({"coding": [{"system": system, "code": IN_ERROR}]});
            marked.as_object_mut()?.remove("clinicalStatus");
        }
    }
    Some(marked)
}

/// Whether it is marked already.
pub fn is_retracted(resource: &Value) -> bool {
    resource["status"] == IN_ERROR
        || resource["verificationStatus"]["coding"].as_array().is_some_and(|codings| codings.iter().any(|c| c["code"] == IN_ERROR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_so_is_marked_where_the_type_has_a_mark() {
        let observation = json!({"resourceType": "Observation", "id": "1", "status": "preliminary", "valueString": "x"});
        let marked = retracted(&observation).unwrap();
        assert_eq!(marked, json!({"resourceType": "Observation", "id": "1", "status": "entered-in-error", "valueString": "x"}));
        assert!(is_retracted(&marked) && !is_retracted(&observation));
        let condition = json!({"resourceType": "Condition", "clinicalStatus": {"text": "active"}, "code": {"text": "x"}});
        let marked = retracted(&condition).unwrap();
        assert!(marked.get("clinicalStatus").is_none() && is_retracted(&marked) && marked["code"]["text"] == "x");
        for kind in ["Patient", "Practitioner", "Organization", "Provenance", "Binary"] {
            assert!(retracted(&json!({"resourceType": kind})).is_none(), "{kind}");
        }
    }
}
