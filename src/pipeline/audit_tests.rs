//! Nights of an archive with its audit, over a real ledger and real outputs: documents are made up, everything after their extraction is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::rules::Rules;
use super::{Archive, account, audit, import_answers, outputs, settle};
use crate::confidence::alarm::Verdict;
use crate::ledger::{DocumentResult, Finding, Fingerprints, PageRecord, Registration, SourceKey, SourceResult};
use crate::model::*;
use crate::report::Exit;
use crate::settings::Settings;

/// Documents a night, each of a patient of its own.
const A_NIGHT: usize = 60;
const FIELDS: [Field; 4] = [Field::Family, Field::BirthDate, Field::City, Field::PostalCode];

struct House {
    folder: tempfile::TempDir,
    settings: Settings,
    /// What stands on the papers.
    truth: BTreeMap<(String, Field), String>,
    prints: Fingerprints,
}

impl House {
    /// An archive in which everything is checked and every sound value is accepted, whatever the fitted model says of it.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let rules = folder.path().join("rules");
        std::fs::create_dir(&rules).unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let model = include_str!("../../config/confidence.toml");
        let lax: Vec<&str> = model.lines().map(|line| if line.starts_with("threshold = ") { "threshold = 0.0" } else { line }).collect();
        std::fs::write(rules.join("confidence.toml"), lax.join("\n")).unwrap();
        let mut settings = Settings::default();
        settings.rules.folder = Some(rules);
        settings.audit.floor = 1_000.0;
        settings.audit.floor_identity = 1_000.0;
        settings.audit.most_share = 1.0;
        Self { folder, settings, truth: BTreeMap::new(), prints: Fingerprints { reading: "r".into(), understanding: "u".into() } }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn archive(&self) -> Archive {
        Archive::open_or_create(&self.path("archive"), &self.path("in")).unwrap()
    }

    fn text(&self, name: &str) -> String {
        std::fs::read_to_string(self.path("archive").join(name)).unwrap()
    }

    /// Rows of a table of the archive, by their headers.
    fn rows(&self, name: &str) -> Vec<BTreeMap<String, String>> {
        csv::Reader::from_path(self.path("archive").join(name)).unwrap().deserialize().map(Result::unwrap).collect()
    }

    /// One night: documents come in, are decided, drawn from, and written. The first `wrong` of them have another postal code than their paper.
    fn night(&mut self, night: usize, wrong: usize) {
        let rules = Rules::load(self.settings.rules.folder.as_deref()).unwrap();
        let mut archive = self.archive();
        let root = archive.writer.root().to_owned();
        audit::raise(&root, &mut archive.ledger, &self.settings.audit, &self.settings.export).unwrap();
        let (run, _) = archive.ledger.begin_run("engine", &self.prints).unwrap();
        let mut names: Vec<String> = self.truth.keys().map(|(name, _)| name.clone()).collect();
        names.dedup();
        names.extend((0..A_NIGHT).map(|n| format!("night {night}/{n:02}.png")));
        let files: Vec<Registration> = names.iter().map(|name| registration(name)).collect();
        archive.ledger.register(run, &files).unwrap();
        for (n, claim) in archive.ledger.claimable(&self.prints, 1_000).unwrap().into_iter().enumerate() {
            let name = claim.path.as_str().to_owned();
            let number = 100 * night + n;
            let mut values = Vec::new();
            for field in FIELDS {
                let truth = truth(field, number);
                let read = if field == Field::PostalCode && n < wrong { format!("9{number:04}") } else { truth.clone() };
                self.truth.insert((name.clone(), field), truth);
                values.push(value(field, &read));
            }
            archive.ledger.record(run, &self.prints, &result(claim.key, &name, values)).unwrap();
        }
        let policy = settle::policy(&root, &archive.ledger, self.settings.confidence.uncertified).unwrap();
        settle::settle(&mut archive, run, &rules, &policy).unwrap();
        audit::draw(&mut archive.ledger, run, &self.settings.audit).unwrap();
        outputs::write(&mut archive.ledger, &archive.writer, &self.settings.export).unwrap();
        archive.ledger.end_run(run, i32::from(Exit::Done.code())).unwrap();
    }

    /// People key what stands on the papers of the sheet, as many as `most`.
    fn key(&self, most: usize) -> PathBuf {
        let file = self.path("answers.csv");
        let mut out = csv::Writer::from_path(&file).unwrap();
        out.write_record(["audit_id", "value", "outcome", "reviewer"]).unwrap();
        for row in self.rows("review/audit.csv").into_iter().take(most) {
            let field = Field::parse(&row["field"]).unwrap();
            out.write_record([&row["audit_id"], &self.truth[&(row["document"].clone(), field)], "", "ann"]).unwrap();
        }
        out.flush().unwrap();
        file
    }

    fn import(&self) -> super::Imported {
        import_answers(&self.path("archive"), &self.key(usize::MAX), &self.settings, true).unwrap()
    }

    /// How many values of a field have a status, of documents of a night.
    fn count(&self, field: Field, status: &str, night: usize) -> usize {
        let night = format!("night {night}/");
        let fits = |row: &&BTreeMap<String, String>| {
            row["document"].starts_with(&night) && row["field"] == field.as_str() && row["status"] == status
        };
        self.rows("fields.csv").iter().filter(fits).count()
    }
}

fn truth(field: Field, number: usize) -> String {
    match field {
        Field::Family => format!("Quill{}", "abcdefghij".chars().cycle().skip(number % 10).take(1 + number / 10).collect::<String>()),
        Field::BirthDate => format!("19{:02}-{:02}-{:02}", 10 + number % 80, 1 + number % 12, 1 + number / 80),
        Field::City => "Salem".to_owned(),
        _ => format!("1{number:04}"),
    }
}

fn registration(name: &str) -> Registration {
    let finding = Finding::Readable(FileKind::Png);
    Registration { path: SourcePath::new(name), size: 1, sha256: Some(Sha256::of(name.as_bytes())), finding }
}

fn value(field: Field, text: &str) -> DecidedValue {
    let signals = Signals {
        word_min: 0.97,
        word_mean: 0.97,
        label: 1.0,
        form: Form::Valid,
        page_mean: 0.96,
        second_asked: true,
        second_agree: 1.0,
        second_min: 0.99,
        ..Signals::default()
    };
    let mut value = DecidedValue::to_look_at(field, PageNumber::new(1), "test.value", Reason::LowConfidence);
    value.extracted.value = text.to_owned();
    value.extracted.raw = format!("RAW {text}");
    value.extracted.place = Some(PercentBox { x: 1.0, y: 2.0, width: 3.0, height: 4.0 });
    value.extracted.signals = signals;
    value
}

fn result(key: SourceKey, name: &str, values: Vec<DecidedValue>) -> SourceResult {
    let page = PageNumber::new(1);
    let reading = crate::layout::testing::page(vec![crate::layout::testing::word("Quill", 1.0, 1.0)]);
    SourceResult {
        key,
        sha256: Sha256::of(name.as_bytes()),
        pages_in: 1,
        pages: vec![PageRecord::read(&PageReading { number: page, ..reading }).unwrap()],
        failure: None,
        documents: vec![DocumentResult {
            id: DocumentId::from_stored(name),
            ordinal: 1,
            pages: vec![page],
            kind: DocumentKind::ProgressNote,
            kind_confidence: 1.0,
            origin: Origin::default(),
            values,
        }],
    }
}

/// Full URLs in a document's bundle.
fn urls(archive: &Path, bundle: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(archive.join(bundle)).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["entry"].as_array().unwrap().iter().map(|entry| entry["fullUrl"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_field_goes_off_after_a_bad_night_and_what_left_is_named() {
    let mut house = House::new();
    let bad = Field::PostalCode;
    for night in 1..=3 {
        house.night(night, 0);
        let imported = house.import();
        assert_eq!((imported.kept, imported.wrong, imported.off.len()), (4 * A_NIGHT as u64, 0, 0));
    }
    assert_eq!(house.count(bad, "verified", 1), A_NIGHT);
    assert!(!house.path("archive/review/recall.csv").exists());

    // Ten of sixty postal codes are wrong, and all of them leave.
    house.night(4, 10);
    assert_eq!(house.count(bad, "accepted", 4), A_NIGHT);
    let said = house.text("review/audit.csv");
    for row in house.rows("fields.csv").iter().filter(|row| row["document"].starts_with("night 4/")) {
        let told = |what: &str| said.split(['\n', ',', '"']).any(|cell| cell.trim() == what);
        assert!(!told(&row["value"]) && !told(&row["raw"]) && !told(&row["confidence"]), "the sheet tells {}", row["field"]);
    }
    let before: BTreeMap<String, BTreeSet<String>> = (0..A_NIGHT)
        .map(|n| format!("bundles/night 4/{n:02}.png.json"))
        .map(|bundle| (bundle.clone(), urls(&house.path("archive"), &bundle)))
        .collect();
    // The dry run says what would come of it and leaves everything as it is.
    let file = house.key(usize::MAX);
    let would = import_answers(&house.path("archive"), &file, &house.settings, false).unwrap();
    assert_eq!((would.wrong, would.off.as_slice()), (10, [bad].as_slice()));
    assert_eq!(house.text("review/audit.csv"), said);
    let imported = house.import();
    assert_eq!(imported, would);

    // Exactly the documents of the bad night are named, with resources that were in their bundles.
    let recalls = house.rows("review/recall.csv");
    let named: BTreeSet<String> = recalls.iter().map(|row| row["document"].clone()).collect();
    assert_eq!(named, (0..A_NIGHT).map(|n| format!("night 4/{n:02}.png")).collect());
    // Each value stands in the Patient and in the QuestionnaireResponse.
    assert_eq!(recalls.iter().filter(|row| row["why"] == "wrong").count(), 20);
    for row in &recalls {
        assert_eq!(row["field"], bad.as_str());
        assert!(["Patient", "QuestionnaireResponse"].contains(&row["resource"].as_str()), "{row:?}");
        assert!(before[&row["bundle"]].contains(&row["full_url"]), "{row:?}");
    }
    assert_eq!((house.count(bad, "corrected", 4), house.count(bad, "verified", 4)), (10, 50));

    // The night after nothing of the field is accepted; the others go on, and its values wait with a reason.
    house.night(5, 0);
    assert_eq!((house.count(bad, "accepted", 5), house.count(bad, "review", 5)), (0, A_NIGHT));
    assert_eq!(house.count(Field::City, "accepted", 5), A_NIGHT);
    let waiting = house.rows("review/queue.csv");
    assert!(waiting.iter().filter(|row| row["field"] == bad.as_str()).all(|row| row["reasons"].contains("field-off")));
    assert_eq!(house.rows("review/recall.csv"), recalls, "the list neither grows without an alarm nor loses lines");
    let archive = house.archive();
    let said = account(archive.writer.root(), &archive.ledger, &house.settings.audit).unwrap();
    let of = |field: Field| said.fields.iter().find(|f| f.field == field).unwrap().clone();
    assert_eq!((of(bad).audited, of(bad).wrong, of(bad).verdict), (240, 10, Verdict::Alarm));
    assert!(of(bad).off_since.is_some() && of(Field::City).off_since.is_none());
    assert_eq!((of(Field::City).audited, of(Field::City).wrong, of(Field::City).waiting), (240, 0, A_NIGHT as u64));
    let bound = of(Field::City).bound.unwrap();
    assert!((bound - (1.0 - 0.05_f64.powf(1.0 / 240.0))).abs() < 1e-9, "{bound}");
    drop(archive);

    // A certificate that covers the field switches it on again, and its watch begins anew.
    let mut archive = house.archive();
    assert_eq!(archive.ledger.clear_alarms(&[bad, Field::City], "digest").unwrap(), 1);
    drop(archive);
    house.night(6, 0);
    assert_eq!(house.count(bad, "accepted", 6), A_NIGHT);
    let archive = house.archive();
    let said = account(archive.writer.root(), &archive.ledger, &house.settings.audit).unwrap();
    let again = said.fields.iter().find(|f| f.field == bad).unwrap();
    assert_eq!((again.audited, again.verdict, again.off_since), (0, Verdict::Quiet, None));
}

#[test]
fn answers_outlive_a_new_understanding_that_says_the_same_and_fall_with_one_that_does_not() {
    let mut house = House::new();
    house.night(1, 0);
    let first = house.text("review/audit.csv");
    // Asking again chooses the same.
    house.night(2, 0);
    let ids = |text: &str| text.lines().map(|line| line.split(',').next().unwrap().to_owned()).collect::<BTreeSet<_>>();
    assert!(ids(&first).is_subset(&ids(&house.text("review/audit.csv"))));
    house.import();
    let mut archive = house.archive();
    let record = archive.ledger.document(&DocumentId::from_stored("night 1/00.png")).unwrap().unwrap().record;
    let (run, _) = archive.ledger.begin_run("engine", &house.prints).unwrap();
    let key = archive.ledger.to_understand(&Fingerprints { understanding: "v".into(), ..house.prints.clone() }).unwrap()[0];
    let values: Vec<DecidedValue> = record
        .values
        .iter()
        .map(|v| value(v.extracted.field, if v.extracted.field == Field::City { "Salerno" } else { &v.extracted.value }))
        .collect();
    let anew = result(key, "night 1/00.png", values).documents;
    archive.ledger.record_understanding(run, key, "v", &anew).unwrap();
    let said = account(archive.writer.root(), &archive.ledger, &house.settings.audit).unwrap();
    let of = |field: Field| said.fields.iter().find(|f| f.field == field).map(|f| (f.audited, f.void)).unwrap();
    assert_eq!(of(Field::City), (2 * A_NIGHT as u64 - 1, 1));
    assert_eq!(of(Field::PostalCode), (2 * A_NIGHT as u64, 0));
}

#[test]
fn a_sheet_is_taken_whole_or_not_at_all() {
    let mut house = House::new();
    house.night(1, 0);
    let file = house.key(5);
    let good = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{good}9b85d122-1d19-8bca-b90c-f491de2d5b4a,Salem,,ann\n")).unwrap();
    let error = import_answers(&house.path("archive"), &file, &house.settings, true).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.to_string().contains("line 7: this archive has no audit") && !error.to_string().contains("Salem"), "{error}");
    assert_eq!(house.rows("review/audit.csv").len(), 4 * A_NIGHT);
    // What cannot be compared is asked for again, and no error of the machine's.
    let birth = house.rows("review/audit.csv").into_iter().find(|row| row["field"] == Field::BirthDate.as_str()).unwrap();
    std::fs::write(&file, format!("audit_id,value,outcome,reviewer\n{},31.31.1950,,ann\n", birth["audit_id"])).unwrap();
    let error = import_answers(&house.path("archive"), &file, &house.settings, true).unwrap_err();
    assert!(error.to_string().contains("line 2: no date can be read"), "{error}");
    std::fs::write(&file, good).unwrap();
    let take = || import_answers(&house.path("archive"), &file, &house.settings, true).unwrap();
    assert_eq!(take().kept, 5);
    assert_eq!(house.rows("review/audit.csv").len(), 4 * A_NIGHT - 5);
    // The same sheet once more is no second answer.
    assert_eq!((take().kept, take().known), (0, 5));
}
