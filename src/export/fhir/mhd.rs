//! IHE MHD's Provide Document Bundle (ITI-65, minimal metadata): one scan with what says whose it is and what, and nothing else.
//!
//! The bundle is closed: SubmissionSet, DocumentReference, Binary and Patient. Author and house of the paper are contained in the DocumentReference; whether a person
//! has looked at the reading cannot be said there (`docStatus` is forbidden) but by the labels of `meta.security`. What was read of the page leaves in
//! the clinical transaction beside it, whose DocumentReference has the same identifiers. A correction does not replace a document that was sent:
//! the scan is the same.

use serde_json::{Value, json};

use super::datatypes::{Object, instant, object, put, text};
use super::document::{self, NPI};
use super::draft::{Added, Draft, Evidence, Identity};
use super::profiles::Profile;
use super::terms::TERMS;
use super::{Bundle, ExportContext, ExportSettings, Rendered, Rendering, forms, patient};
use crate::export::Scan;
use crate::model::{DocumentRecord, Field};

/// What the addresses of MHD's definitions begin with.
pub(super) const DEFINITIONS: &str = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/";
/// The profile of the bundle.
pub const PROVIDE_BUNDLE: &str = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD.Minimal.ProvideBundle";
/// The extension that names the source of a submission.
pub(super) const SOURCE_ID: &str = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId";
const LIST_TYPES: &str = "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes";
const FORMATS: &str = "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode";
const URI: &str = "urn:ietf:rfc:3986";

/// Why a document cannot leave as MHD has it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MhdRefusal {
    /// The source of submissions is not set.
    #[error(
        "MHD names the source of every submission by an OID: set export.mhd_source to that of this site (or export.facility.oid), such as \"urn:oid:1.2.3\""
    )]
    NoSource,
    /// The source of submissions is no OID.
    #[error("export.mhd_source is no OID: write it as \"urn:oid:\" and numbers with points between them, such as \"urn:oid:1.2.3\"")]
    BadSource,
}

/// Renders a document and its scan as a bundle for a document recipient: the same record, context and scan give the same bytes.
///
/// # Errors
/// A source of submissions that is not set, or is no OID.
pub fn provide_bundle(record: &DocumentRecord, context: &ExportContext, scan: &Scan) -> Result<Bundle, MhdRefusal> {
    let rendering = render(record, context, scan)?;
    let count = rendering.resources.len();
    let bundle = json!({
        "resourceType": "Bundle",
        "id": rendering.uuid.to_string(),
        "meta": {"profile": [PROVIDE_BUNDLE]},
        "type": "transaction",
        "timestamp": instant(rendering.recorded_at),
        "entry": rendering.resources.into_iter().map(entry).collect::<Vec<_>>(),
    });
    Ok(Bundle { json: forms::to_json(&bundle, true), resources: count, left_out: rendering.left_out })
}

/// Renders the resources of that bundle. Whoever knows that the recipient has the Patient sends the others alone, as MHD asks.
///
/// # Errors
/// A source of submissions that is not set, or is no OID.
pub fn render(record: &DocumentRecord, context: &ExportContext, scan: &Scan) -> Result<Rendering, MhdRefusal> {
    let source = match (context.settings.mhd_source.trim(), context.settings.facility.oid.trim()) {
        ("", "") => return Err(MhdRefusal::NoSource),
        ("", oid) => format!("urn:oid:{oid}"),
        (source, _) => source.to_owned(),
    };
    if !is_oid(&source) {
        return Err(MhdRefusal::BadSource);
    }
    // Without the marks of US Core, whatever the clinical bundle follows.
    let context = ExportContext { settings: ExportSettings { profile: Profile::Mhd, ..context.settings.clone() }, ..context.clone() };
    let mut draft = Draft::new(record, &context);
    let patient = patient::add(&mut draft);
    let attachment = document::attachment(&mut draft, Some(scan));
    let reference = add_reference(&mut draft, &patient, &attachment);
    add_submission(&mut draft, &patient, &reference, &source);
    let uuid = draft.uuid("ProvideBundle");
    let mut rendering = draft.finish();
    // What is not of the document itself leaves in the clinical transaction.
    rendering.left_out.clear();
    rendering.uuid = uuid;
    Ok(rendering)
}

/// Every entry is created (`request.method` is fixed); what has an identifier, on condition that the server has none with it.
fn entry(rendered: Rendered) -> Value {
    let mut request = object(json!({"method": "POST", "url": rendered.kind}));
    put(&mut request, "ifNoneExist", rendered.condition);
    json!({"fullUrl": rendered.url, "resource": rendered.resource, "request": request})
}

/// Adds the DocumentReference with its author and house contained.
fn add_reference(draft: &mut Draft<'_>, patient: &Added, attachment: &Value) -> Added {
    let mut evidence = Vec::new();
    let mut document = document::reference_core(draft, patient, attachment, &mut evidence);
    document["masterIdentifier"]["use"] = "usual".into();
    document["content"][0]["format"] =
        json!({"system": FORMATS, "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient", "display": "mimeType Sufficient"});
    document.insert("meta".to_owned(), json!({"profile": [format!("{DEFINITIONS}IHE.MHD.Minimal.DocumentReference")]}));
    let mut contained: Vec<Value> = Vec::new();
    let mut authors: Vec<Value> = Vec::new();
    if draft.kind().is_some_and(|kind| TERMS.is_authored(kind)) {
        let mut practitioner = object(json!({"resourceType": "Practitioner", "id": "author"}));
        let first = evidence.len();
        if let Some((name, value)) = draft.read(Field::Practitioner, text) {
            practitioner.insert("name".to_owned(), json!([{"text": name}]));
            evidence.push(Evidence::at(value, "contained[0].name[0].text"));
        }
        if let Some((npi, value)) = draft.read(Field::Npi, document::npi) {
            practitioner.insert("identifier".to_owned(), json!([{"system": NPI, "value": npi}]));
            evidence.push(Evidence::at(value, "contained[0].identifier[0].value"));
        }
        if evidence.len() > first {
            contained.push(practitioner.into());
            authors.push(json!({"reference": "#author"}));
        }
    }
    if let Some((name, value)) = draft.read(Field::Organization, text) {
        evidence.push(Evidence::at(value, format!("contained[{}].name", contained.len())));
        contained.push(json!({"resourceType": "Organization", "id": "house", "name": name}));
        authors.push(json!({"reference": "#house"}));
    }
    put(&mut document, "contained", (!contained.is_empty()).then_some(contained));
    put(&mut document, "author", (!authors.is_empty()).then_some(authors));
    let waits = draft.waits(Field::DocumentType) || draft.waits(Field::DocumentDate);
    draft.add("DocumentReference", "DocumentReference", document, evidence, Identity::Document, waits)
}

/// Adds the SubmissionSet: who submits what, and when.
fn add_submission(draft: &mut Draft<'_>, patient: &Added, reference: &Added, source: &str) {
    let uuid = draft.uuid("List");
    let list: Object = object(json!({
        "meta": {"profile": [format!("{DEFINITIONS}IHE.MHD.Minimal.SubmissionSet")]},
        "extension": [{"url": SOURCE_ID, "valueIdentifier": {"system": URI, "value": source}}],
        "identifier": [
            {"use": "usual", "system": URI, "value": format!("urn:oid:{}", crate::export::identity::oid(uuid))},
            {"use": "official", "system": URI, "value": format!("urn:uuid:{uuid}")},
        ],
        "status": "current",
        "mode": "working",
        "code": {"coding": [{"system": LIST_TYPES, "code": "submissionset"}]},
        "subject": patient.reference(),
        "date": instant(draft.record.recorded_at),
        "entry": [{"item": reference.reference()}],
    }));
    draft.add("List", "List", list, Vec::new(), Identity::Document, false);
}

/// Whether a text is `urn:oid:` and an object identifier of at least two arcs.
pub(super) fn is_oid(text: &str) -> bool {
    text.strip_prefix("urn:oid:").is_some_and(crate::export::facility::is_oid)
}

#[cfg(test)]
mod tests {
    use super::super::{check, tests::pointer};
    use super::*;
    use crate::export::sample::{document, full};

    fn context(source: &str) -> ExportContext {
        ExportContext::new(ExportSettings { mhd_source: source.to_owned(), ..Default::default() })
    }

    fn rendered(record: &DocumentRecord) -> Value {
        let scan = Scan::new(b"%PDF-1.4 a scan".to_vec());
        let bundle = provide_bundle(record, &context("urn:oid:1.2.3"), &scan).unwrap();
        assert_eq!(bundle.json, provide_bundle(record, &context(" urn:oid:1.2.3 "), &scan).unwrap().json);
        let json = serde_json::from_slice(&bundle.json).unwrap();
        assert_eq!(check(&json), Vec::<String>::new());
        json
    }

    #[test]
    fn a_scan_leaves_in_a_bundle_of_its_own() {
        let json = rendered(&full("a.pdf"));
        let kinds: Vec<&str> = json["entry"].as_array().unwrap().iter().map(|e| e["resource"]["resourceType"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Patient", "Binary", "DocumentReference", "List"]);
        let reference = &json["entry"][2]["resource"];
        assert_eq!((reference.get("docStatus"), &reference["author"]), (None, &json!([{"reference": "#author"}, {"reference": "#house"}])));
        let list = &json["entry"][3]["resource"];
        assert!(list["identifier"][0]["value"].as_str().unwrap().starts_with("urn:oid:2.25."));
        assert_eq!(list["entry"][0]["item"]["reference"], json["entry"][2]["fullUrl"]);
        rendered(&document("empty.tif#2"));
    }

    #[test]
    fn a_site_without_a_source_is_told_what_to_set() {
        let scan = Scan::new(b"%PDF".to_vec());
        assert_eq!(provide_bundle(&full("a.pdf"), &context(""), &scan).unwrap_err(), MhdRefusal::NoSource);
        let mut facility = context("");
        facility.settings.facility.oid = "1.2.3".to_owned();
        assert!(provide_bundle(&full("a.pdf"), &facility, &scan).is_ok());
        for bad in ["1.2.3", "urn:oid:", "urn:oid:1", "urn:oid:3.1", "urn:oid:1.02", "urn:oid:1..2", "urn:uuid:x", "urn:oid:1.2.x"] {
            assert_eq!(provide_bundle(&full("a.pdf"), &context(bad), &scan).unwrap_err(), MhdRefusal::BadSource, "{bad}");
        }
    }

    #[test]
    fn what_mhd_forbids_is_found() {
        let good = rendered(&full("a.pdf"));
        let faults: [(String, Value); 8] = [
            (pointer(&good, "List", "/extension/0/url"), "http://example.org/other".into()),
            (pointer(&good, "List", "/identifier/0/value"), "urn:uuid:00000000-0000-0000-0000-000000000000".into()),
            (pointer(&good, "List", "/entry/0/item/reference"), good["entry"][0]["fullUrl"].clone()),
            (pointer(&good, "List", "/mode"), "snapshot".into()),
            (pointer(&good, "DocumentReference", "/author/0/reference"), "#nobody".into()),
            (pointer(&good, "DocumentReference", "/masterIdentifier/use"), "official".into()),
            ("/entry/1/request/method".to_owned(), "PUT".into()),
            ("/entry/0/resource/resourceType".to_owned(), "Observation".into()),
        ];
        for (path, wrong) in faults {
            let mut bad = good.clone();
            *bad.pointer_mut(&path).unwrap_or_else(|| panic!("{path}")) = wrong;
            assert!(!check(&bad).is_empty(), "{path}");
        }
        for (key, more) in [("docStatus", json!("final")), ("modifierExtension", json!([{"url": "x", "valueBoolean": true}]))] {
            let mut bad = good.clone();
            bad["entry"][2]["resource"][key] = more;
            assert!(!check(&bad).is_empty(), "{key}");
        }
        let mut bad = good.clone();
        bad["entry"][2]["resource"]["content"][0]["attachment"]["data"] = "AAAA".into();
        assert!(!check(&bad).is_empty());
        bad = good;
        bad["entry"].as_array_mut().unwrap().pop();
        assert!(!check(&bad).is_empty(), "no SubmissionSet");
    }
}
