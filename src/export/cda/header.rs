//! The document's header and body, in the order of the CDA R2 schema.

use std::io;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::Facts;
use super::xml::{Xml, leaf, start, text, text_or_unknown, unknown, value_or_unknown, within};
use crate::export::facility::FacilitySettings;
use crate::export::fhir::{ExportContext, is_authored, token};
use crate::export::terms::DOORS;
use crate::export::{Scan, identity};
use crate::model::{DocumentRecord, Field};

/// C-CDA R2.1 US Realm Header and Unstructured Document.
const US_REALM: (&str, &str) = ("2.16.840.1.113883.10.20.22.1.1", "2015-08-01");
const UNSTRUCTURED: (&str, &str) = ("2.16.840.1.113883.10.20.22.1.10", "2015-08-01");
/// IHE XDS-SD: the document, its original author, its scanner, its scanner's operator.
const XDS_SD: &str = "1.3.6.1.4.1.19376.1.2.20";
const ORIGINAL_AUTHOR: &str = "1.3.6.1.4.1.19376.1.2.20.1";
const SCANNER: &str = "1.3.6.1.4.1.19376.1.2.20.2";
const OPERATOR: &str = "1.3.6.1.4.1.19376.1.2.20.3";
const LOINC: &str = "2.16.840.1.113883.6.1";
const CONFIDENTIALITY: &str = "2.16.840.1.113883.5.25";
const GENDER: &str = "2.16.840.1.113883.5.1";
const MARITAL_STATUS: &str = "2.16.840.1.113883.5.2";
const NPI: &str = "2.16.840.1.113883.4.6";
const DICOM_VOCABULARY: &str = "1.2.840.10008.2.16.4";
/// The language of what stands in the header.
const HEADER_LANGUAGE: &str = "en-US";

/// What is written, and where from.
struct Paper<'a> {
    facts: &'a mut Facts,
    number: &'a str,
    record: &'a DocumentRecord,
    context: &'a ExportContext,
    facility: &'a FacilitySettings,
    /// When it was scanned or taken.
    time: String,
    /// The paper's own date.
    date: Option<String>,
    xds_sd: bool,
}

/// Writes the document.
pub(super) fn write(
    facts: &mut Facts,
    number: &str,
    record: &DocumentRecord,
    context: &ExportContext,
    scan: &Scan,
    xds_sd: bool,
) -> io::Result<Vec<u8>> {
    let facility = &context.settings.facility;
    let date = facts.compact_date(Field::DocumentDate);
    let mut paper = Paper { facts, number, record, context, facility, time: facility.hl7_time(record.recorded_at), date, xds_sd };
    let mut xml = start()?;
    within(&mut xml, "ClinicalDocument", &[("xmlns", "urn:hl7-org:v3")], |xml| {
        paper.about(xml)?;
        paper.patient(xml)?;
        paper.original_author(xml)?;
        paper.scanner(xml)?;
        paper.operator(xml)?;
        paper.custodian(xml)?;
        paper.service(xml)?;
        paper.visit(xml)?;
        body(xml, scan, facility)
    })?;
    let mut bytes = xml.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

impl Paper<'_> {
    fn about(&mut self, xml: &mut Xml) -> io::Result<()> {
        leaf(xml, "realmCode", &[("code", "US")])?;
        leaf(xml, "typeId", &[("root", "2.16.840.1.113883.1.3"), ("extension", "POCD_HD000040")])?;
        for (root, extension) in [US_REALM, UNSTRUCTURED] {
            leaf(xml, "templateId", &[("root", root), ("extension", extension)])?;
        }
        if self.xds_sd {
            leaf(xml, "templateId", &[("root", XDS_SD)])?;
        }
        leaf(xml, "id", &[("root", &identity::oid(identity::uuid(self.record, "DocumentReference")))])?;
        match self.facts.kind() {
            Some(kind) => {
                leaf(
                    xml,
                    "code",
                    &[("code", kind.as_str()), ("codeSystem", LOINC), ("codeSystemName", "LOINC"), ("displayName", kind.display())],
                )?;
                text(xml, "title", &[], kind.display())?;
            }
            None => {
                unknown(xml, "code")?;
                text(xml, "title", &[], "Scanned document")?;
            }
        }
        leaf(xml, "effectiveTime", &[("value", &self.time)])?;
        leaf(xml, "confidentialityCode", &[("code", self.facility.confidentiality.v3()), ("codeSystem", CONFIDENTIALITY)])?;
        leaf(xml, "languageCode", &[("code", HEADER_LANGUAGE)])
    }

    fn patient(&mut self, xml: &mut Xml) -> io::Result<()> {
        let birth = self.facts.compact_date(Field::BirthDate);
        let sex = self.facts.text(Field::Gender).and_then(|gender| DOORS.sex.get(gender)).and_then(|codes| codes.v3.as_deref());
        let language = self.facts.read(Field::Language, token);
        let marital = self.facts.read(Field::MaritalStatus, |code| DOORS.marital_status.get_key_value(code));
        let root = self.context.settings.mrn_system.strip_prefix("urn:oid:").unwrap_or_default();
        let facts = &*self.facts;
        within(xml, "recordTarget", &[], |xml| {
            within(xml, "patientRole", &[], |xml| {
                leaf(xml, "id", &[("extension", self.number), ("root", root)])?;
                home(xml, facts, &self.facility.patients_country)?;
                telecoms(xml, facts)?;
                within(xml, "patient", &[], |xml| {
                    patients_name(xml, facts)?;
                    match sex {
                        Some(code) => leaf(xml, "administrativeGenderCode", &[("code", code), ("codeSystem", GENDER)])?,
                        None => unknown(xml, "administrativeGenderCode")?,
                    }
                    value_or_unknown(xml, "birthTime", birth.as_deref())?;
                    if let Some((code, of)) = marital {
                        leaf(xml, "maritalStatusCode", &[("code", code), ("codeSystem", MARITAL_STATUS), ("displayName", &of.name)])?;
                    }
                    // Race and ethnicity are asked for, and chartlift does not read them.
                    unknown(xml, "raceCode")?;
                    unknown(xml, "ethnicGroupCode")?;
                    match &language {
                        Some(code) => within(xml, "languageCommunication", &[], |xml| leaf(xml, "languageCode", &[("code", code)])),
                        None => Ok(()),
                    }
                })
            })
        })
    }

    /// Who wrote the paper, where its kind bears its author's name and that was accepted.
    fn original_author(&mut self, xml: &mut Xml) -> io::Result<()> {
        let Some(name) = self.facts.text(Field::Practitioner).filter(|_| self.facts.kind().is_some_and(is_authored)) else { return Ok(()) };
        within(xml, "author", &[], |xml| {
            if self.xds_sd {
                leaf(xml, "templateId", &[("root", ORIGINAL_AUTHOR)])?;
            }
            value_or_unknown(xml, "time", self.date.as_deref())?;
            within(xml, "assignedAuthor", &[], |xml| {
                match self.facts.text(Field::Npi) {
                    Some(number) => leaf(xml, "id", &[("extension", number), ("root", NPI)])?,
                    None => leaf(xml, "id", &[("root", NPI), ("nullFlavor", "UNK")])?,
                }
                unknown(xml, "addr")?;
                unknown(xml, "telecom")?;
                within(xml, "assignedPerson", &[], |xml| text(xml, "name", &[], name))?;
                match self.facts.text(Field::Organization) {
                    Some(house) => within(xml, "representedOrganization", &[], |xml| text(xml, "name", &[], house)),
                    None => Ok(()),
                }
            })
        })
    }

    fn scanner(&mut self, xml: &mut Xml) -> io::Result<()> {
        let facility = self.facility;
        within(xml, "author", &[], |xml| {
            if self.xds_sd {
                leaf(xml, "templateId", &[("root", SCANNER)])?;
            }
            leaf(xml, "time", &[("value", &self.time)])?;
            within(xml, "assignedAuthor", &[], |xml| {
                if facility.scanner_oid.is_empty() {
                    leaf(xml, "id", &[("nullFlavor", "NI")])?;
                } else {
                    leaf(xml, "id", &[("root", &facility.scanner_oid)])?;
                }
                house_address(xml, facility)?;
                house_telecom(xml, facility)?;
                within(xml, "assignedAuthoringDevice", &[], |xml| {
                    leaf(xml, "code", &[("code", "CAPTURE"), ("codeSystem", DICOM_VOCABULARY), ("displayName", "Image Capture")])?;
                    text_or_unknown(xml, "manufacturerModelName", Some(&facility.scanner))?;
                    text(xml, "softwareName", &[], &format!("{} {}", env!("CARGO_PKG_NAME"), self.context.version))
                })?;
                within(xml, "representedOrganization", &[], |xml| house(xml, facility))
            })
        })
    }

    fn operator(&mut self, xml: &mut Xml) -> io::Result<()> {
        let facility = self.facility;
        if facility.operator_id.is_empty() {
            return Ok(());
        }
        within(xml, "dataEnterer", &[], |xml| {
            if self.xds_sd {
                leaf(xml, "templateId", &[("root", OPERATOR)])?;
            }
            leaf(xml, "time", &[("value", &self.time)])?;
            within(xml, "assignedEntity", &[], |xml| {
                leaf(xml, "id", &[("extension", &facility.operator_id), ("root", &facility.oid)])?;
                house_address(xml, facility)?;
                house_telecom(xml, facility)?;
                within(xml, "assignedPerson", &[], |xml| {
                    if facility.operator_family.is_empty() && facility.operator_given.is_empty() {
                        return unknown(xml, "name");
                    }
                    within(xml, "name", &[], |xml| {
                        text_or_unknown(xml, "given", Some(&facility.operator_given))?;
                        text_or_unknown(xml, "family", Some(&facility.operator_family))
                    })
                })
            })
        })
    }

    fn custodian(&mut self, xml: &mut Xml) -> io::Result<()> {
        within(xml, "custodian", &[], |xml| {
            within(xml, "assignedCustodian", &[], |xml| {
                within(xml, "representedCustodianOrganization", &[], |xml| house(xml, self.facility))
            })
        })
    }

    /// What the paper tells of: its own date stands for beginning and end.
    fn service(&mut self, xml: &mut Xml) -> io::Result<()> {
        within(xml, "documentationOf", &[], |xml| {
            within(xml, "serviceEvent", &[], |xml| {
                within(xml, "effectiveTime", &[], |xml| {
                    value_or_unknown(xml, "low", self.date.as_deref())?;
                    value_or_unknown(xml, "high", self.date.as_deref())
                })
            })
        })
    }

    fn visit(&mut self, xml: &mut Xml) -> io::Result<()> {
        let (start, end) = (self.facts.compact_date(Field::EncounterStart), self.facts.compact_date(Field::EncounterEnd));
        if start.is_none() && end.is_none() {
            return Ok(());
        }
        within(xml, "componentOf", &[], |xml| {
            within(xml, "encompassingEncounter", &[], |xml| {
                leaf(xml, "id", &[("root", &identity::oid(identity::uuid(self.record, "Encounter")))])?;
                within(xml, "effectiveTime", &[], |xml| {
                    value_or_unknown(xml, "low", start.as_deref())?;
                    value_or_unknown(xml, "high", end.as_deref())
                })
            })
        })
    }
}

fn patients_name(xml: &mut Xml, facts: &Facts) -> io::Result<()> {
    let (family, given) = (facts.text(Field::Family), facts.text(Field::Given));
    within(xml, "name", &[("use", "L")], |xml| {
        for part in given.unwrap_or_default().split(' ').filter(|part| !part.is_empty()) {
            text(xml, "given", &[], part)?;
        }
        if given.is_none() {
            unknown(xml, "given")?;
        }
        text_or_unknown(xml, "family", family)
    })
}

/// The patient's address. Street and town have to be there, if only to say that they are not known.
fn home(xml: &mut Xml, facts: &Facts, country: &str) -> io::Result<()> {
    let [line, city, state, code] = [Field::AddressLine, Field::City, Field::State, Field::PostalCode].map(|field| facts.text(field));
    address(xml, &[("use", "HP")], [line, city, state, code, Some(country)])
}

fn house_address(xml: &mut Xml, facility: &FacilitySettings) -> io::Result<()> {
    let parts =
        [&facility.street, &facility.city, &facility.state, &facility.postal_code, &facility.country].map(|part| Some(part.as_str()));
    address(xml, &[("use", "WP")], parts)
}

fn address(xml: &mut Xml, attributes: &[(&str, &str)], parts: [Option<&str>; 5]) -> io::Result<()> {
    let [line, city, state, code, country] = parts.map(|part| part.filter(|part| !part.is_empty()));
    if [line, city, state, code, country].iter().all(Option::is_none) {
        return unknown(xml, "addr");
    }
    within(xml, "addr", attributes, |xml| {
        text_or_unknown(xml, "streetAddressLine", line)?;
        text_or_unknown(xml, "city", city)?;
        for (name, part) in [("state", state), ("postalCode", code), ("country", country)] {
            if let Some(part) = part {
                text(xml, name, &[], part)?;
            }
        }
        Ok(())
    })
}

fn telecoms(xml: &mut Xml, facts: &Facts) -> io::Result<()> {
    let (phone, email) = (facts.text(Field::Phone), facts.text(Field::Email));
    if phone.is_none() && email.is_none() {
        return unknown(xml, "telecom");
    }
    for (scheme, value) in [("tel", phone), ("mailto", email)] {
        if let Some(value) = value {
            leaf(xml, "telecom", &[("use", "HP"), ("value", &format!("{scheme}:{value}"))])?;
        }
    }
    Ok(())
}

fn house_telecom(xml: &mut Xml, facility: &FacilitySettings) -> io::Result<()> {
    if facility.telephone.is_empty() {
        return unknown(xml, "telecom");
    }
    leaf(xml, "telecom", &[("use", "WP"), ("value", &format!("tel:{}", facility.telephone))])
}

/// The facility as an organization.
fn house(xml: &mut Xml, facility: &FacilitySettings) -> io::Result<()> {
    leaf(xml, "id", &[("root", &facility.oid)])?;
    text(xml, "name", &[], &facility.name)?;
    house_telecom(xml, facility)?;
    house_address(xml, facility)
}

fn body(xml: &mut Xml, scan: &Scan, facility: &FacilitySettings) -> io::Result<()> {
    within(xml, "component", &[], |xml| {
        within(xml, "nonXMLBody", &[], |xml| {
            text(xml, "text", &[("mediaType", "application/pdf"), ("representation", "B64")], &BASE64.encode(&scan.pdf))?;
            if facility.language.eq_ignore_ascii_case(HEADER_LANGUAGE) {
                return Ok(());
            }
            leaf(xml, "languageCode", &[("code", &facility.language)])
        })
    })
}
