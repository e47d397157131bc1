//! What US Core and R4's profiles ask: vital signs, reports, questionnaires, custodians.

use super::*;

#[test]
fn a_questionnaire_response_loses_nothing_that_may_leave() {
    let mut record = full("a.pdf");
    record.values.push(value(Field::BirthDate, None, "spring of 1950").build());
    record.values.push(value(Field::ObservationValue, Some(7), "12").build());
    record.values.push(value(Field::Phone, None, "SECRET").status(Status::Review).build());
    let (json, bundle) = render(&record);
    assert_eq!(bundle.left_out, []);
    let response = one(&json, "QuestionnaireResponse");
    assert_eq!((&response["status"], &response["meta"]["tag"][0]["code"]), (&"in-progress".into(), &"waiting".into()));
    let items = response["item"].as_array().unwrap();
    let dates = &items.iter().find(|item| item["linkId"] == "Patient.birthDate").unwrap()["answer"];
    assert_eq!((&dates[0]["valueString"], &dates[1]["valueString"]), (&"1950-02-28".into(), &"spring of 1950".into()));
    let questionnaire = one(&json, "Questionnaire");
    assert_eq!(response["questionnaire"], format!("{}|1", questionnaire["url"].as_str().unwrap()));
    let asked: BTreeSet<&str> = questionnaire["item"].as_array().unwrap().iter().map(|item| item["linkId"].as_str().unwrap()).collect();
    assert!(items.iter().all(|item| asked.contains(item["linkId"].as_str().unwrap())));
    let observations: Vec<usize> =
        items.iter().filter(|item| item["linkId"] == "Observation").map(|item| item["item"].as_array().unwrap().len()).collect();
    assert_eq!(observations, [6, 1]);
    let text = response.to_string();
    assert!(!text.contains("SECRET") && !text.contains("98765") && text.contains("xxx-xx-4320"));

    let status = |statuses: [Status; 2]| {
        let mut record = with(vec![value(Field::Family, None, "Doe").build(), value(Field::City, None, "Salem").build()]);
        record.values.iter_mut().zip(statuses).for_each(|(value, status)| value.status = status);
        one(&render(&record).0, "QuestionnaireResponse")["status"].clone()
    };
    assert_eq!(status([Status::Verified, Status::Accepted]), "in-progress");
    assert_eq!(status([Status::Verified, Status::Rejected]), "completed");
    assert_eq!(status([Status::Verified, Status::Corrected]), "amended");
}

#[test]
fn the_facility_is_custodian_where_the_site_names_it() {
    let mut settings = ExportSettings::default();
    settings.facility.name = "House of Scans".to_owned();
    settings.facility.oid = "1.2.3".to_owned();
    settings.facility.city = "Salem".to_owned();
    let bundle = bundle(&full("a.pdf"), &ExportContext::new(settings));
    let json: Value = serde_json::from_slice(&bundle.json).unwrap();
    assert_eq!(check(&json), Vec::<String>::new());
    let house = json["entry"].as_array().unwrap().iter().find(|entry| entry["resource"]["name"] == "House of Scans").unwrap();
    assert_eq!(house["request"]["ifNoneExist"], "identifier=urn:ietf:rfc:3986|urn:oid:1.2.3");
    assert_eq!(house["resource"]["address"], serde_json::json!([{"city": "Salem"}]));
    assert_eq!(house["resource"]["meta"]["profile"].as_array().unwrap().len(), 1);
    for kind in ["DocumentReference", "Composition"] {
        assert_eq!(one(&json, kind)["custodian"]["reference"], house["fullUrl"]);
    }
    let provenance = all(&json, "Provenance")[0];
    assert_eq!(provenance["agent"][0]["onBehalfOf"]["reference"], house["fullUrl"]);
    assert_eq!(provenance["meta"]["profile"][0], "http://hl7.org/fhir/us/core/StructureDefinition/us-core-provenance|9.0.0");
}

#[test]
fn reports_hold_their_results_and_the_scan() {
    let mut record = with([reading(1, "2160-0", "Creatinine", "0.90", "mg/dL"), reading(2, "8867-4", "Pulse", "70", "/min")].concat());
    record.values.push(value(Field::DocumentType, None, "11502-2").build());
    record.values.push(value(Field::Organization, None, "House of Tests").build());
    let (json, _) = render(&record);
    let report = one(&json, "DiagnosticReport");
    assert_eq!(report["meta"]["profile"][0], "http://hl7.org/fhir/us/core/StructureDefinition/us-core-diagnosticreport-lab|9.0.0");
    assert_eq!((&report["status"], report["result"].as_array().unwrap().len()), (&"preliminary".into(), 1));
    assert_eq!(report["presentedForm"][0], one(&json, "DocumentReference")["content"][0]["attachment"]);
    assert_eq!(report["_effectiveDateTime"]["extension"][0]["valueCode"], "unknown");

    let impression = value(Field::SectionImpression, None, "No fracture.").build();
    let kind = value(Field::DocumentType, None, "18748-4").build();
    let day = value(Field::DocumentDate, None, "2001-05-07").build();
    let (json, _) = render(&with(vec![kind, impression, day, value(Field::Practitioner, None, "A. Reader").build()]));
    let report = one(&json, "DiagnosticReport");
    assert_eq!((&report["conclusion"], &report["effectivePeriod"]["end"]), (&"No fracture.".into(), &"2001-05-07".into()));
    assert_eq!(report["category"][0]["coding"][0]["code"], "LP29684-5");
    assert!(report.get("resultsInterpreter").is_some());
    assert_eq!(all(&render(&full("a.pdf")).0, "DiagnosticReport").len(), 0);
}

#[test]
fn a_scan_travels_as_a_binary_that_every_attachment_points_to() {
    let record = with(vec![value(Field::DocumentType, None, "11502-2").build()]);
    let scan = Scan::new(b"%PDF-1.4 a scan".to_vec());
    let bundle = transaction(crate::export::fhir::render(&record, &ExportContext::default(), Some(&scan)));
    let json: Value = serde_json::from_slice(&bundle.json).unwrap();
    assert_eq!(check(&json), Vec::<String>::new());
    let attachment = &one(&json, "DiagnosticReport")["presentedForm"][0];
    assert_eq!((attachment, &attachment["size"]), (&one(&json, "DocumentReference")["content"][0]["attachment"], &15.into()));
    let faults = [
        (pointer(&json, "Binary", "/data"), "JVBERi0xLjQgYW5vdGhlcg=="),
        (pointer(&json, "Binary", "/contentType"), "text/plain"),
        (pointer(&json, "Binary", "/id"), "another"),
        (pointer(&json, "DiagnosticReport", "/presentedForm/0/url"), "urn:uuid:00000000-0000-0000-0000-000000000000"),
        (pointer(&json, "DiagnosticReport", "/presentedForm/0/hash"), "AAAA"),
    ];
    for (path, wrong) in faults {
        let mut bad = json.clone();
        *bad.pointer_mut(&path).unwrap() = wrong.into();
        assert!(!check(&bad).is_empty(), "{path}");
    }
}

/// A document of vital signs, one of each kind, and what they are measured in.
fn vital_signs() -> Vec<(&'static str, &'static str, &'static str, Vec<DecidedValue>)> {
    let sign = |item, loinc, unit| reading(item, loinc, "sign", "70", unit);
    vec![
        ("us-core-heart-rate", "8867-4", "/min", sign(1, "8867-4", "/min")),
        ("us-core-respiratory-rate", "9279-1", "/min", sign(1, "9279-1", "/min")),
        ("us-core-body-temperature", "8310-5", "[degF]", sign(1, "8310-5", "[degF]")),
        ("us-core-body-height", "8302-2", "[in_i]", sign(1, "8302-2", "[in_i]")),
        ("us-core-body-weight", "29463-7", "[lb_av]", sign(1, "29463-7", "[lb_av]")),
        ("us-core-bmi", "39156-5", "kg/m2", sign(1, "39156-5", "kg/m2")),
        ("us-core-head-circumference", "9843-4", "cm", sign(1, "9843-4", "cm")),
        ("us-core-pulse-oximetry", "59408-5", "%", sign(1, "59408-5", "%")),
        ("us-core-blood-pressure", "85354-9", "mm[Hg]", [sign(1, "8480-6", "mm[Hg]"), sign(2, "8462-4", "mm[Hg]")].concat()),
    ]
}

#[test]
fn vital_signs_follow_the_profiles_of_their_codes() {
    for (profile, code, unit, values) in vital_signs() {
        let (json, _) = render(&with(values.clone()));
        let sign = one(&json, "Observation");
        assert_eq!(
            sign["meta"]["profile"],
            serde_json::json!([format!("http://hl7.org/fhir/us/core/StructureDefinition/{profile}|9.0.0")])
        );
        assert_eq!(sign["code"]["coding"][0]["code"], code);
        let quantity = sign.get("valueQuantity").unwrap_or(&sign["component"][1]["valueQuantity"]);
        assert_eq!((&quantity["code"], &quantity["system"]), (&unit.into(), &"http://unitsofmeasure.org".into()));

        // A unit that the profile does not allow is not hidden behind its name.
        let mut odd = values;
        for value in odd.iter_mut().filter(|v| v.extracted.field == Field::ObservationUnit) {
            value.extracted.value = "mol".to_owned();
        }
        let (json, _) = render(&with(odd));
        assert_eq!(one(&json, "Observation")["meta"].get("profile"), None, "{profile}");
    }
    let oximetry = reading(1, "59408-5", "SpO2", "98", "%");
    let (json, _) = render(&with(oximetry));
    assert_eq!(one(&json, "Observation")["code"]["coding"][1]["code"], "2708-6");
    let (json, _) = render(&with(reading(1, "2708-6", "O2 sat", "98", "%")));
    assert_eq!(one(&json, "Observation")["code"]["coding"].as_array().unwrap().len(), 1);
}

#[test]
fn a_vital_sign_without_its_unit_is_no_value_unless_there_is_but_one() {
    let (json, _) = render(&with(reading(1, "29463-7", "Weight", "180", "")));
    let weight = one(&json, "Observation");
    assert_eq!((weight.get("valueQuantity"), &weight["dataAbsentReason"]["coding"][0]["code"]), (None, &"as-text".into()));
    assert_eq!(weight["note"][0]["text"], "As on paper: 180 (unit not printed)");
    let (json, _) = render(&with(reading(1, "8867-4", "Pulse", "regular", "")));
    assert_eq!(one(&json, "Observation")["note"][0]["text"], "As on paper: regular (/min)");
    let (json, _) = render(&with(reading(1, "8867-4", "Pulse", "72", "")));
    assert_eq!(one(&json, "Observation")["valueQuantity"]["code"], "/min");
    let (json, _) = render(&with([reading(1, "8480-6", "BP", "120", ""), reading(2, "8462-4", "BP", "P", "")].concat()));
    let panel = one(&json, "Observation");
    assert_eq!(
        (&panel["component"][0]["valueQuantity"]["code"], &panel["note"][0]["text"]),
        (&"mm[Hg]".into(), &"As on paper: P (mm[Hg])".into())
    );
    assert_eq!(panel["meta"]["profile"].as_array().unwrap().len(), 1);
    let mut record = with([reading(1, "8480-6", "BP", "palpable", ""), reading(2, "8462-4", "BP", "P", "mm[Hg]")].concat());
    record.values.extend(reading(3, "8310-5", "T", "warm", ""));
    assert_eq!(all(&render(&record).0, "Observation").len(), 2);
    every_element_is_there(&record, &ExportContext::default());
}

#[test]
fn units_are_written_as_on_paper() {
    let mut values = reading(1, "29463-7", "Weight", "180", "[lb_av]");
    for value in values.iter_mut().filter(|v| v.extracted.field == Field::ObservationUnit) {
        value.extracted.raw = "lbs".to_owned();
    }
    let (json, _) = render(&with(values));
    let quantity = &one(&json, "Observation")["valueQuantity"];
    assert_eq!((&quantity["unit"], &quantity["code"]), (&"lbs".into(), &"[lb_av]".into()));
}

#[test]
fn every_version_of_us_core_is_followed_and_other_guides_claim_nothing() {
    let claimed = |settings: ExportSettings| {
        let bundle = bundle(&full("a.pdf"), &ExportContext::new(settings));
        let json: Value = serde_json::from_slice(&bundle.json).unwrap();
        assert_eq!(check(&json), Vec::<String>::new());
        let of = |entry: &Value| -> Vec<String> {
            let claims = entry["resource"]["meta"]["profile"].as_array().into_iter().flatten();
            claims.map(|claim| claim.as_str().unwrap().rsplit_once('/').unwrap().1.to_owned()).collect()
        };
        let claims: BTreeSet<String> = json["entry"].as_array().unwrap().iter().flat_map(of).collect();
        (claims, json)
    };
    for us_core in UsCore::ALL {
        let (claims, _) = claimed(ExportSettings { us_core, ..Default::default() });
        for profile in [
            "patient",
            "practitioner",
            "organization",
            "encounter",
            "documentreference",
            "allergyintolerance",
            "immunization",
            "procedure",
            "observation-lab",
        ] {
            assert!(claims.contains(&format!("us-core-{profile}|{}", us_core.as_str())), "{profile} {claims:?}");
        }
        assert_eq!(claims.contains(&format!("us-core-coverage|{}", us_core.as_str())), us_core > UsCore::V3);
    }
    for profile in [Profile::Generic, Profile::Mhd] {
        let (claims, json) = claimed(ExportSettings { profile, ..Default::default() });
        assert_eq!(claims, BTreeSet::new());
        assert_eq!(one(&json, "Encounter").get("type"), None);
    }
    let (_, json) = claimed(ExportSettings { us_core: UsCore::V6, ..Default::default() });
    assert_eq!(one(&json, "Patient")["gender"], "female");
    let unread = bundle(&document("a.pdf"), &ExportContext::new(ExportSettings { us_core: UsCore::V6, ..Default::default() }));
    assert_eq!(one(&serde_json::from_slice(&unread.json).unwrap(), "Patient")["gender"], "unknown");
}
