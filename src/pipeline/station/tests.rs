//! A station over a real ledger and real outputs: pages are typed by hand, everything after their reading is not.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::{Station, sync};
use crate::confidence::Uncertified;
use crate::layout::testing::{page, word};
use crate::ledger::{Finding, Fingerprints, PageRecord, Registration, SourceResult};
use crate::model::*;
use crate::pipeline::rules::Rules;
use crate::pipeline::{Archive, audit, outputs, settle};
use crate::report::Exit;
use crate::review::Identity;
use crate::review::desk::*;
use crate::settings::Settings;

/// Names that stand nowhere else, so that one can look for them in what a page is given.
const NAMES: [(&str, &str); 6] = [
    ("Quarrington", "Bartholomew"),
    ("Zellweger", "Hildegard"),
    ("Oberholzer", "Cornelius"),
    ("Wickersham", "Philippa"),
    ("Throckmorton", "Leopold"),
    ("Vandersloot", "Ernestine"),
];

struct House {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl House {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("in")).unwrap();
        let mut settings = Settings::default();
        settings.review.blind_share = 0.0;
        settings.review.seed_share = 0.0;
        settings.review.audit_share = 0.0;
        settings.review.identity = Identity::Confirm;
        change(&mut settings);
        let house = Self { folder, settings };
        house.night();
        house
    }

    fn archive(&self) -> PathBuf {
        self.folder.path().join("archive")
    }

    /// A run whose engine has typed every page.
    fn night(&self) {
        let rules = Rules::load(None).unwrap();
        let prints = Fingerprints { reading: "r".into(), understanding: "u".into() };
        let mut archive = Archive::open_or_create(&self.archive(), &self.folder.path().join("in")).unwrap();
        let (run, _) = archive.ledger.begin_run("engine", &prints).unwrap();
        let files: Vec<Registration> = (0..NAMES.len()).map(|n| registration(&format!("{n}.png"))).collect();
        archive.ledger.register(run, &files).unwrap();
        for (n, claim) in archive.ledger.claimable(&prints, 1_000).unwrap().into_iter().enumerate() {
            // Every other page is read badly, so that there is enough to ask.
            let pages = vec![typed(&text(n), if n % 2 == 0 { 0.95 } else { 0.4 })];
            let (documents, failed) = rules.documents(&claim.path, &pages, &BTreeMap::new());
            assert_eq!(failed, 0);
            let result = SourceResult { key: claim.key, sha256: claim.sha256, pages_in: 1, pages, failure: None, documents };
            archive.ledger.record(run, &prints, &result).unwrap();
        }
        let root = archive.writer.root().to_owned();
        let policy = settle::policy(&root, &archive.ledger, self.settings.confidence.uncertified).unwrap();
        settle::settle(&mut archive, run, &rules, &policy).unwrap();
        audit::draw(&mut archive.ledger, run, &self.settings.audit).unwrap();
        sync(&mut archive.ledger, rules.vocabulary(), &self.settings.review).unwrap();
        outputs::write(&mut archive.ledger, &archive.writer, &self.settings.export).unwrap();
        archive.ledger.end_run(run, i32::from(Exit::Done.code())).unwrap();
    }

    fn station(&self) -> Station {
        Station::open(&self.archive(), &self.settings).unwrap()
    }

    /// Every file that is derived from the ledger.
    fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let root = self.archive();
        let derived = |path: &Path| path.starts_with("bundles") || path.starts_with("review") || path == Path::new("fields.csv");
        let files = walkdir::WalkDir::new(&root).into_iter().map(Result::unwrap).filter(|entry| entry.file_type().is_file());
        let named = files.map(|entry| (entry.path().strip_prefix(&root).unwrap().to_owned(), entry.path().to_owned()));
        named.filter(|(name, _)| derived(name)).map(|(name, path)| (name, std::fs::read(path).unwrap())).collect()
    }

    /// The same written anew as a whole.
    fn written_whole(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut archive = Archive::open(&self.archive()).unwrap();
        outputs::write(&mut archive.ledger, &archive.writer, &self.settings.export).unwrap();
        drop(archive);
        self.files()
    }
}

fn registration(name: &str) -> Registration {
    let finding = Finding::Readable(FileKind::Png);
    Registration { path: SourcePath::new(name), size: 1, sha256: Some(Sha256::of(name.as_bytes())), finding }
}

/// A page of words ten pixels a letter wide, a line a row.
fn typed(text: &str, confidence: f32) -> PageRecord {
    let mut words = Vec::new();
    for (row, line) in text.lines().enumerate() {
        let mut x = 20.0;
        for part in line.split(' ') {
            if !part.is_empty() {
                words.push(Word { line: row as u32, confidence, ..word(part, x, 20.0 + 30.0 * row as f32) });
            }
            x += 10.0 * (part.chars().count() + 1) as f32;
        }
    }
    PageRecord::read(&PageReading { number: PageNumber::new(1), ..page(words) }).unwrap()
}

fn text(n: usize) -> String {
    let (family, given) = NAMES[n];
    format!(
        "PROGRESS NOTE\n\nPatient: {given} {family}   DOB: 02/{:02}/19{}   MRN: 47-11-{:02}-9{n}\n\nSex: Female    Marital status: Married\n\n\
         Phone: (503) 555-01{n}7    City: Salem\n\nDate of visit: 05/0{}/2001\n\nPLAN: Rest and fluids.",
        11 + n,
        50 + n,
        30 + n,
        1 + n
    )
}

fn who(name: &str, role: Role) -> Reviewer {
    Reviewer { name: name.to_owned(), role, session: "s".to_owned() }
}

fn given(task: &Task, outcome: Outcome, value: &str) -> Given {
    let text = serde_json::json!({ "id": task.id, "version": task.version, "outcome": outcome.as_str(), "value": value });
    serde_json::from_value(text).unwrap()
}

fn insisted(task: &Task, outcome: Outcome, value: &str) -> Given {
    Given { insist: true, ..given(task, outcome, value) }
}

/// Everything that waits for somebody, field by field; they hold nothing of it then.
fn all(station: &Station, who: &Reviewer) -> Vec<Task> {
    let mut tasks: Vec<Task> = Vec::new();
    for &field in Field::ALL {
        let field = Some(field.as_str().to_owned());
        tasks.extend(station.tasks(who, &Wanted { count: 60, field, ..Wanted::default() }).unwrap());
        station.release(who, None).unwrap();
    }
    tasks
}

#[test]
fn of_what_is_asked_blindly_nothing_that_was_read_leaves() {
    let house = House::new(|settings| {
        settings.review.identity = Identity::Blind;
        settings.review.blind_share = 1.0;
        settings.review.audit_share = 0.5;
        settings.audit.floor = 1_000.0;
        settings.audit.floor_identity = 1_000.0;
        settings.audit.most_share = 1.0;
    });
    let station = house.station();
    let (ann, lead) = (who("ann", Role::Reviewer), who("lea", Role::Lead));
    let mut given_out: Vec<String> = Vec::new();
    let mut tell = |value: serde_json::Value| given_out.push(value.to_string());
    tell(serde_json::to_value(station.queue(&ann).unwrap()).unwrap());
    let tasks = all(&station, &ann);
    // What the machine read of everything that waits blindly.
    let mut secrets: BTreeSet<String> = BTreeSet::new();
    let mut documents: BTreeSet<String> = BTreeSet::new();
    station
        .read(|ledger| {
            for n in 0..NAMES.len() {
                for item in ledger.items_of(Sha256::of(format!("{n}.png").as_bytes()), 1).map_err(super::fault)? {
                    documents.insert(super::scene::opaque(item.id.sha256, item.id.ordinal));
                    // Codes of kinds stand in the list of kinds.
                    if is_blind(item.mode) && item.id.machine_value.len() > 6 && item.field() != Field::DocumentType {
                        secrets.insert(item.id.machine_value.clone());
                    }
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(secrets.iter().any(|text| NAMES.iter().any(|(family, _)| family == text)), "names are asked blindly");
    let blind = tasks.iter().filter(|task| task.mode == "blind").count();
    assert!(blind > 5, "{blind} of {}", tasks.len());
    tell(serde_json::to_value(&tasks).unwrap());
    for task in tasks.iter().filter(|task| task.mode == "blind") {
        assert!(task.value.is_none() && task.raw.is_none() && task.reads.is_none() && task.before.is_none(), "{}", task.label);
        assert!(task.field != Field::DocumentType.as_str() || task.kind.is_empty());
        assert!(task.alternatives.is_empty() && task.messages.is_empty() && task.doubtful.is_empty(), "{}", task.label);
        // What is keyed wrongly is asked once more, without a word of what was read.
        let said = station.answer(&ann, &given(task, Outcome::Corrected, "12/12/1912 wrong"));
        tell(serde_json::json!(said.map_err(|refused| refused.to_string())));
        let question = station.answer(&ann, &given(task, Outcome::Illegible, "")).unwrap();
        assert!(question.doubt.is_some() && question.value.is_empty());
        tell(serde_json::to_value(question).unwrap());
    }
    for document in &documents {
        tell(serde_json::to_value(station.paper(&ann, document).unwrap()).unwrap());
        tell(serde_json::to_value(station.paper(&lead, document).unwrap()).unwrap());
    }
    tell(serde_json::to_value(station.mine(&ann).unwrap()).unwrap());
    tell(serde_json::to_value(station.figures(&lead).unwrap()).unwrap());
    for secret in &secrets {
        let reads = super::typed::in_words(secret);
        let leak = given_out.iter().find(|text| text.contains(secret.as_str()) || text.contains(&reads));
        assert!(leak.is_none(), "the machine's reading of a blind item left the server in {:.300}", leak.unwrap());
    }
    // Nor is what stands at a place read for who is to key it.
    let family = tasks.iter().find(|task| task.field == Field::Family.as_str() && task.mode == "blind").unwrap();
    let (document, field) = (family.document.clone(), family.field.clone());
    let there = ReadAgain { document, page: family.page, field, place: [0.0, 0.0, 100.0, 100.0] };
    assert!(matches!(station.read_again(&ann, &there), Err(DeskError::Forbidden(_))));
    // Once taken back it is asked blindly again, and the list of one's own deeds does not spell what was read.
    let (name, _) = NAMES
        .iter()
        .find(|(name, _)| station.answer(&ann, &given(family, Outcome::Corrected, &name.to_lowercase())).unwrap().doubt.is_none())
        .unwrap();
    let after =
        serde_json::json!([station.mine(&ann).unwrap(), station.undo(&ann, None).unwrap(), station.mine(&ann).unwrap()]).to_string();
    assert!(!after.contains(*name), "{after:.600}");
}

#[test]
fn what_is_decided_is_in_the_outputs_as_if_all_were_written_anew() {
    let house = House::new(|settings| settings.confidence.uncertified = Uncertified::Review);
    let ann = who("ann", Role::Reviewer);
    let before = house.files();
    let station = house.station();
    let tasks = all(&station, &ann);
    let of = |field: Field, n: usize| tasks.iter().filter(|task| task.field == field.as_str()).nth(n);
    let mut decided = 0;
    let mut keep = |task: Option<&Task>, outcome, value: &str| {
        if let Some(task) = task {
            assert_eq!(station.answer(&ann, &insisted(task, outcome, value)).unwrap().doubt, None);
            decided += 1;
        }
    };
    for task in tasks.iter().take(4) {
        keep(Some(task), if task.value.is_some() { Outcome::Verified } else { Outcome::Blank }, task.value.as_deref().unwrap_or_default());
    }
    // One patient becomes another's: the bundles of both follow.
    keep(of(Field::Mrn, 4), Outcome::Corrected, "47-11-30-90");
    keep(of(Field::Family, 4), Outcome::Corrected, "Quarrington");
    keep(of(Field::City, 3), Outcome::Illegible, "");
    assert!(decided >= 5, "{decided}");
    drop(station);
    let incremental = house.files();
    assert_ne!(incremental, before);
    let whole = house.written_whole();
    for (name, bytes) in &whole {
        assert_eq!(incremental.get(name).map(|b| String::from_utf8_lossy(b)), Some(String::from_utf8_lossy(bytes)), "{}", name.display());
    }
    assert_eq!(incremental.len(), whole.len());
}

#[test]
fn two_key_a_third_settles_and_nobody_twice() {
    let house = House::new(|settings| settings.review.identity = Identity::Double);
    let (ann, ben, lea) = (who("ann", Role::Reviewer), who("ben", Role::Reviewer), who("lea", Role::Lead));
    let station = house.station();
    let family = |of: &Reviewer| {
        let wanted = Wanted { count: 1, field: Some(Field::Family.as_str().to_owned()), ..Wanted::default() };
        station.tasks(of, &wanted).unwrap().pop().unwrap()
    };
    let first = family(&ann);
    assert_eq!((first.mode.as_str(), &first.value), ("double", &None));
    station.answer(&ann, &given(&first, Outcome::Corrected, "Quarringtan")).unwrap();
    // It does not come back to who has keyed it.
    assert!(all(&station, &ann).iter().all(|task| task.id != first.id));
    station.release(&ann, None).unwrap();
    let second = all(&station, &ben).into_iter().find(|task| task.id == first.id).unwrap();
    assert!(!serde_json::to_string(&second).unwrap().contains("Quarringtan"));
    station.answer(&ben, &given(&second, Outcome::Corrected, "Quarrington")).unwrap();
    assert!(matches!(station.tasks(&ben, &Wanted { count: 1, conflicts: true, ..Wanted::default() }), Err(DeskError::Forbidden(_))));
    let conflict = station.tasks(&lea, &Wanted { count: 5, conflicts: true, ..Wanted::default() }).unwrap().pop().unwrap();
    assert_eq!(conflict.id, first.id);
    let entries: BTreeSet<&str> = conflict.entries.iter().map(String::as_str).collect();
    assert_eq!(entries, BTreeSet::from(["Quarringtan", "Quarrington"]));
    assert!(station.answer(&ann, &Given { version: conflict.version, ..given(&first, Outcome::Corrected, "x") }).is_err());
    station.answer(&lea, &insisted(&conflict, Outcome::Corrected, "Quarrington")).unwrap();
    let decided = station.paper(&lea, &conflict.document).unwrap();
    let value = decided.values.iter().find(|value| value.field == Field::Family.as_str()).unwrap();
    assert!(matches!(value.status.as_str(), "verified" | "corrected"), "{}", value.status);
}

#[test]
fn an_answer_is_taken_back_and_one_that_came_late_changes_nothing() {
    let house = House::new(|_| {});
    let (ann, ben) = (who("ann", Role::Reviewer), who("ben", Role::Reviewer));
    let station = house.station();
    let task =
        all(&station, &ann).into_iter().find(|task| task.field == Field::City.as_str()).unwrap_or_else(|| all(&station, &ann).remove(0));
    let kept = station.answer(&ann, &insisted(&task, Outcome::Illegible, "")).unwrap();
    assert_eq!(kept.doubt, None);
    assert!(matches!(station.answer(&ben, &insisted(&task, Outcome::Blank, "")), Err(DeskError::Stale(_))));
    let mine = station.mine(&ann).unwrap();
    assert_eq!((mine.len(), mine[0].outcome.as_str(), mine[0].undoable), (1, "illegible", true));
    let back = station.undo(&ann, None).unwrap();
    assert_eq!((back.id.as_str(), back.version > task.version), (task.id.as_str(), true));
    assert!(matches!(station.undo(&ben, None), Err(DeskError::Forbidden(_))));
    // Auditors look alone.
    let eve = who("eve", Role::Auditor);
    assert!(matches!(station.answer(&eve, &given(&back, Outcome::Blank, "")), Err(DeskError::Forbidden(_))));
    assert!(station.tasks(&eve, &Wanted { count: 5, ..Wanted::default() }).unwrap().is_empty());
    assert!(station.paper(&eve, &back.document).is_ok());
}

#[test]
fn a_value_that_was_missed_is_added_and_leaves() {
    let house = House::new(|_| {});
    let ann = who("ann", Role::Reviewer);
    let station = house.station();
    let task = all(&station, &ann).remove(0);
    let amendment = Amendment {
        document: task.document.clone(),
        handle: None,
        field: Field::AllergyText.as_str().to_owned(),
        item: None,
        page: 1,
        outcome: Outcome::Corrected,
        value: "Penicillin".to_owned(),
        place: Some([5.0, 50.0, 20.0, 3.0]),
        insist: false,
    };
    assert_eq!(station.amend(&ann, &amendment).unwrap().value, "Penicillin");
    let paper = station.paper(&ann, &task.document).unwrap();
    let added = paper.values.iter().find(|value| value.field == amendment.field).unwrap();
    assert_eq!((added.value.as_deref(), added.status.as_str()), (Some("Penicillin"), "corrected"));
    assert!(added.place.is_some_and(|place| (place[0] - 5.0).abs() < 0.2), "{:?}", added.place);
    // It is taken away again by what names it.
    let gone = Amendment { handle: Some(added.handle.clone()), outcome: Outcome::Absent, value: String::new(), place: None, ..amendment };
    station.amend(&ann, &gone).unwrap();
    let paper = station.paper(&ann, &task.document).unwrap();
    assert!(paper.values.iter().all(|value| value.field != gone.field || value.status == "rejected"));
    drop(station);
    let whole = house.files();
    assert_eq!(whole, house.written_whole());
}

/// The items of all documents of a lane.
fn of_lane(station: &Station, lane: Lane) -> Vec<Item> {
    let of = |ledger: &crate::ledger::Ledger| -> Result<Vec<Item>, DeskError> {
        let mut items = Vec::new();
        for n in 0..NAMES.len() {
            items.extend(ledger.items_of(Sha256::of(format!("{n}.png").as_bytes()), 1).map_err(super::fault)?);
        }
        Ok(items)
    };
    station.read(of).unwrap().into_iter().filter(|item| item.lane == lane).collect()
}

fn answered(item: &Item, outcome: Outcome, value: &str) -> Given {
    given(&Task { id: item.name.clone(), version: item.version, ..Task::default() }, outcome, value)
}

#[test]
fn a_check_that_finds_a_wrong_value_calls_it_back() {
    let house = House::new(|settings| {
        settings.audit.floor = 1_000.0;
        settings.audit.floor_identity = 1_000.0;
        settings.audit.most_share = 1.0;
    });
    let ann = who("ann", Role::Reviewer);
    let station = house.station();
    let checks: Vec<Item> = of_lane(&station, Lane::Audit).into_iter().filter(|item| item.field() == Field::Family).collect();
    assert!(checks.len() > 1, "{}", checks.len());
    let right = answered(&checks[0], Outcome::Corrected, &checks[0].id.machine_value.to_uppercase());
    assert_eq!(
        station.answer(&ann, &right).unwrap(),
        Kept { open: station.queue(&ann).unwrap().open, id: checks[0].name.clone(), ..Kept::default() }
    );
    let wrong = answered(&checks[1], Outcome::Corrected, "Somebody");
    assert!(station.answer(&ann, &wrong).unwrap().doubt.is_some());
    assert_eq!(station.answer(&ann, &Given { insist: true, ..wrong }).unwrap().doubt, None);
    let (audits, recalls) =
        station.read(|ledger| Ok((ledger.audits().map_err(super::fault)?, ledger.recalls().map_err(super::fault)?))).unwrap();
    let answers = audits.iter().filter_map(|audit| audit.answer).map(|(_, right)| right).collect::<Vec<_>>();
    assert_eq!((answers.iter().filter(|right| **right).count(), answers.len()), (1, 2));
    assert!(recalls.iter().any(|(_, recall)| recall.wrong && recall.field == Field::Family && !recall.bundle.is_empty()), "{recalls:?}");
    drop(station);
    assert!(house.archive().join("review/recall.csv").is_file());
    assert_eq!(house.files(), house.written_whole());
}

#[test]
fn a_planted_error_looks_like_all_else_and_holds_for_nothing() {
    let house = House::new(|settings| settings.review.seed_share = 1.0);
    let (ann, lea) = (who("ann", Role::Reviewer), who("lea", Role::Lead));
    let station = house.station();
    let seeds = of_lane(&station, Lane::Seed);
    assert!(seeds.len() > 2, "{}", seeds.len());
    let before = house.files();
    let task = station.read(|ledger| station.task_of(ledger, &ann, &seeds[0])).unwrap();
    assert_eq!((task.mode.as_str(), task.value.as_ref()), ("confirm", Some(&seeds[0].shown)));
    assert!(task.raw.is_some() && !task.messages.is_empty() && task.outline.is_some());
    assert_ne!(seeds[0].shown, seeds[0].id.machine_value);
    station.answer(&ann, &given(&task, Outcome::Verified, &seeds[0].shown)).unwrap();
    station.answer(&ann, &Given { insist: true, ..answered(&seeds[1], Outcome::Corrected, &seeds[1].id.machine_value) }).unwrap();
    let told = station.figures(&ann).unwrap().remove(0);
    assert_eq!((told.seeded, told.caught, told.catch_interval.is_some()), (2, 1, true));
    // The value is what it was.
    let paper = station.paper(&lea, &task.document).unwrap();
    assert!(paper.values.iter().any(|value| value.field == task.field && value.value.as_ref() == Some(&seeds[0].id.machine_value)));
    assert!(!serde_json::to_string(&paper).unwrap().contains(&format!("\"value\":\"{}\"", seeds[0].shown)));
    drop(station);
    assert_eq!(house.files(), before);
}
