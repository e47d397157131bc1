use super::*;
use crate::export::fhir::ExportSettings;
use crate::export::sample::{self, value};
use crate::model::Field;

fn context() -> ExportContext {
    let mut settings = ExportSettings { mrn_system: "urn:oid:1.2.840.99.1".into(), ..ExportSettings::default() };
    let facility = &mut settings.facility;
    facility.name = "Mercy & Grace".into();
    facility.oid = "1.2.840.99".into();
    facility.country = "US".into();
    facility.patients_country = "US".into();
    facility.operator_id = "op-7".into();
    facility.scanner = "fi-7160".into();
    facility.scanner_oid = "1.2.840.99.7".into();
    facility.scanned_at_intake = true;
    ExportContext::new(settings)
}

fn scan() -> Scan {
    Scan::new(b"%PDF-1.4 <&>".to_vec())
}

fn text(document: &Document) -> String {
    String::from_utf8(document.xml.clone()).unwrap()
}

#[test]
fn one_file_fulfils_both() {
    let record = sample::full("a.pdf");
    let document = cda(&record, &context(), Some(&scan())).unwrap();
    assert_eq!(document.not_xds_sd, Vec::<String>::new());
    assert_eq!(document.xml, cda(&record, &context(), Some(&scan())).unwrap().xml);
    let xml = text(&document);
    for part in [
        r#"<templateId root="2.16.840.1.113883.10.20.22.1.10" extension="2015-08-01"/>"#,
        r#"<templateId root="1.3.6.1.4.1.19376.1.2.20"/>"#,
        r#"<id extension="00-12-34" root="1.2.840.99.1"/>"#,
        r#"<effectiveTime value="20240102030405+0000"/>"#,
        "<family>O&apos;Brien</family>",
        "<name>Mercy &amp; Grace</name>",
        r#"<birthTime value="19500228"/>"#,
        r#"<text mediaType="application/pdf" representation="B64">JVBERi0xLjQgPCY+</text>"#,
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
    assert!(!xml.contains("nonXMLBody/languageCode") && xml.matches("<languageCode").count() == 2, "the header's and the patient's");
}

#[test]
fn what_xds_sd_lacks_is_said_and_the_document_goes_out_as_c_cda_alone() {
    let mut context = context();
    context.settings.facility.scanned_at_intake = false;
    context.settings.facility.operator_id = String::new();
    context.settings.facility.language = "es".into();
    let mut record = sample::full("a.pdf");
    record.values.retain(|v| !matches!(v.extracted.field, Field::Given | Field::Gender | Field::DocumentType));
    let document = cda(&record, &context, Some(&scan())).unwrap();
    let lacks = document.not_xds_sd.join("; ");
    for what in ["time of the scan", "who scanned", "no given name", "no sex", "no kind of document"] {
        assert!(lacks.contains(what), "{what}: {lacks}");
    }
    let xml = text(&document);
    assert!(!xml.contains("1.3.6.1.4.1.19376.1.2.20"), "no template id of XDS-SD anywhere");
    for part in [
        r#"<code nullFlavor="UNK"/>"#,
        r#"<given nullFlavor="UNK"/>"#,
        r#"<administrativeGenderCode nullFlavor="UNK"/>"#,
        r#"<languageCode code="es"/>"#,
    ] {
        assert!(xml.contains(part), "{part}\n{xml}");
    }
}

#[test]
fn refused_in_words() {
    let reasons = cda(&sample::document("a.pdf"), &context(), Some(&scan())).unwrap_err().join("; ");
    assert!(reasons.contains("record number"), "{reasons}");
    let reasons = cda(&sample::full("a.pdf"), &context(), None).unwrap_err().join("; ");
    assert!(reasons.contains("scan"), "{reasons}");
    let reasons = cda(&sample::full("a.pdf"), &ExportContext::default(), Some(&scan())).unwrap_err().join("; ");
    assert!(reasons.contains("export.mrn_system") && reasons.contains("export.facility.oid"), "{reasons}");
}

#[test]
fn hostile_text_is_text() {
    let mut record = sample::full("a.pdf");
    record.values.retain(|v| v.extracted.field != Field::Mrn);
    record.values.push(value(Field::Mrn, None, "\"/><x>]]>&\u{1}\u{fffe}").build());
    let document = cda(&record, &context(), Some(&scan())).unwrap();
    let mut reader = quick_xml::Reader::from_reader(document.xml.as_slice());
    let mut found = None;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Empty(e) if e.name().as_ref() == "id" => {
                let number = e.try_get_attribute("extension").unwrap();
                found = found.or(number.map(|a| a.value.into_owned()));
            }
            _ => {}
        }
    }
    assert_eq!(found.as_deref(), Some("&quot;/&gt;&lt;x&gt;]]&gt;&amp;"));
}
