//! Records for tests: invented people, every field.

use crate::model::*;

/// 2024-01-02T03:04:05Z.
pub(crate) const RECORDED_AT: i64 = 1_704_164_645;

pub(crate) struct ValueBuilder(DecidedValue);

/// An accepted value on page 1, in a box of its own.
pub(crate) fn value(field: Field, item: Option<u32>, text: &str) -> ValueBuilder {
    ValueBuilder(DecidedValue {
        extracted: ExtractedValue {
            field,
            item,
            value: text.to_owned(),
            raw: text.to_owned(),
            page: PageNumber::new(1),
            place: Some(PercentBox { x: 1.0, y: 2.0, width: 30.0, height: 4.0 }),
            label_place: None,
            rule: "test.rule".to_owned(),
            signals: Signals::default(),
        },
        confidence: Confidence::new(0.99),
        status: Status::Accepted,
        reasons: Vec::new(),
    })
}

impl ValueBuilder {
    pub(crate) fn on(mut self, page: u32) -> Self {
        self.0.extracted.page = PageNumber::new(page);
        self
    }
    pub(crate) fn raw(mut self, raw: &str) -> Self {
        self.0.extracted.raw = raw.to_owned();
        self
    }
    pub(crate) fn confidence(mut self, p: f64) -> Self {
        self.0.confidence = Confidence::new(p);
        self
    }
    pub(crate) fn status(mut self, status: Status) -> Self {
        self.0.status = status;
        if status == Status::Review {
            self.0.reasons = vec![Reason::LowConfidence];
        }
        self
    }
    pub(crate) fn at(mut self, x: f32, y: f32, width: f32, height: f32) -> Self {
        self.0.extracted.place = Some(PercentBox { x, y, width, height });
        self
    }
    pub(crate) fn nowhere(mut self) -> Self {
        self.0.extracted.place = None;
        self
    }
    pub(crate) fn build(self) -> DecidedValue {
        self.0
    }
}

/// A document without values.
pub(crate) fn document(name: &str) -> DocumentRecord {
    let (source, ordinal) = match name.rsplit_once('#') {
        Some((source, ordinal)) => (source, ordinal.parse().unwrap_or(1)),
        None => (name, 1),
    };
    DocumentRecord {
        id: DocumentId::from_stored(name),
        source: SourcePath::new(source),
        sha256: Sha256::of(source.as_bytes()),
        size: 12_345,
        file_kind: FileKind::Pdf,
        ordinal,
        pages: vec![PageNumber::new(1), PageNumber::new(2)],
        kind: DocumentKind::ProgressNote,
        values: Vec::new(),
        recorded_at: RECORDED_AT,
    }
}

/// A plausible value of each field.
pub(crate) fn plausible(field: Field) -> &'static str {
    match field {
        Field::Family => "O'Brien",
        Field::Given => "Anne Marie",
        Field::BirthDate => "1950-02-28",
        Field::Gender => "female",
        Field::Mrn => "00-12-34",
        Field::Ssn => "987-65-4320",
        Field::Phone | Field::ContactTelecom => "+15035550123",
        Field::Email => "anne@example.org",
        Field::State => "OR",
        Field::PostalCode => "97201",
        Field::MaritalStatus => "M",
        Field::Language => "es",
        Field::EncounterStart => "2001-05-06",
        Field::EncounterEnd => "2001-05-09",
        Field::Npi => "1234567893",
        Field::DocumentType => "11506-3",
        Field::DocumentDate => "2001-05-07",
        Field::ConditionIcd10 => "I10",
        Field::ObservationLoinc => "2823-3",
        Field::ObservationText => "Potassium",
        Field::ObservationValue => "4.10",
        Field::ObservationUnit => "mmol/L",
        Field::ObservationRange => "3.5-5.1",
        Field::ObservationInterpretation => "N",
        Field::VaccineDate => "1999-10-11",
        Field::ProcedureDate => "1998",
        _ => "Some text <of> \"this\" & that field",
    }
}

/// A document with an accepted value for every field.
pub(crate) fn full(name: &str) -> DocumentRecord {
    let mut record = document(name);
    record.values = Field::ALL.iter().map(|&field| value(field, field.group().map(|_| 1), plausible(field)).build()).collect();
    record
}
