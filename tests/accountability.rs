//! Who decided what, and that nobody can change it unseen: accounts, the chain of decisions, its checkpoints.

mod common;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use chartlift::ledger::{Decision, FILE_NAME, Ledger};
use chartlift::model::{Field, PageNumber, Sha256, Status, ValueId};
use chartlift::pipeline::Archive;
use rusqlite::Connection;
use serde_json::Value;

/// An archive without papers, and a folder of keys beside it.
struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let place = Self { folder };
        std::fs::create_dir(place.path("scans")).expect("a folder");
        drop(Archive::open_or_create(&place.archive(), &place.path("scans")).expect("an archive"));
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn archive(&self) -> PathBuf {
        self.path("archive")
    }

    fn ledger(&self) -> PathBuf {
        self.archive().join(FILE_NAME)
    }

    fn chartlift(&self, arguments: &[&str], input: &str) -> Output {
        let mut command = common::chartlift();
        command.args(arguments).env("CHARTLIFT_KEYS", self.path("keys")).env("USER", "operator");
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let _ = child.stdin.take().expect("a pipe").write_all(input.as_bytes());
        child.wait_with_output().expect("it ends")
    }

    fn decide(&self, numbers: std::ops::Range<u32>) {
        let mut ledger = Ledger::open(&self.ledger()).expect("the ledger");
        for number in numbers {
            let id = ValueId {
                sha256: Sha256::of(b"a"),
                ordinal: 1,
                page: PageNumber::new(number),
                item: None,
                field: Field::City,
                machine_value: format!("Salern {number}"),
            };
            ledger.decide(&[Decision::new("ann", id, Status::Corrected, format!("Salem {number}"))]).expect("decided");
        }
    }

    /// Ends a run: nothing is read, and the chain is signed.
    fn run(&self) -> String {
        let output = common::chartlift()
            .arg("run")
            .arg(self.path("scans"))
            .arg("--out")
            .arg(self.archive())
            .env("CHARTLIFT_KEYS", self.path("keys"))
            .output()
            .expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn verify(&self) -> (i32, Value) {
        let archive = self.archive();
        let output = self.chartlift(&["audit", archive.to_str().expect("UTF-8"), "verify", "--json"], "");
        let json: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().expect("a code"), json["verdict"].clone())
    }

    /// Does what nobody may, with the triggers out of the way.
    fn tamper(&self, sql: &str) {
        let connection = Connection::open(self.ledger()).expect("the ledger");
        connection.execute_batch("PRAGMA foreign_keys = OFF").expect("done");
        for table in ["decisions", "checkpoints"] {
            connection
                .execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_are_not_changed; DROP TRIGGER IF EXISTS {table}_are_not_cut;"))
                .expect("done");
        }
        connection.execute_batch(sql).expect("done");
    }
}

/// An archive with six decisions, signed after four of them and after all.
fn signed() -> Place {
    let place = Place::new();
    place.decide(1..5);
    place.run();
    place.decide(5..7);
    let summary = place.run();
    assert!(summary.contains("decisions   6 lines to ") && summary.contains("signed by key "), "{summary}");
    place
}

#[test]
fn a_chain_that_nobody_touched_is_sound_and_its_key_lies_outside() {
    let place = signed();
    let (code, verdict) = place.verify();
    assert_eq!((code, &verdict["lines"], &verdict["checkpoints"], &verdict["copies"]), (0, &6.into(), &2.into(), &2.into()), "{verdict}");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!((mode(&place.path("keys")), mode(&place.path("keys/checkpoints.key"))), (0o700, 0o600));
    // What is written once stays: SQLite itself refuses.
    let connection = Connection::open(place.ledger()).expect("the ledger");
    assert!(connection.execute("UPDATE decisions SET value = 'x'", []).is_err());
    assert!(connection.execute("DELETE FROM checkpoints", []).is_err());
    // On another machine, without the key, the chain can still be held against itself and its signatures.
    std::fs::remove_dir_all(place.path("keys")).expect("removed");
    let (code, verdict) = place.verify();
    assert_eq!((code, &verdict["copies"]), (0, &0.into()), "{verdict}");
    assert!(!place.path("keys").exists(), "a look makes no key");
}

#[test]
fn each_way_of_tampering_has_its_verdict() {
    let table: [(&str, &str, &[(&str, Value)]); 8] = [
        ("edited", "UPDATE decisions SET value = 'Dallas' WHERE id = 3", &[("alteredAt", 3.into())]),
        ("the time changed", "UPDATE decisions SET decided_at = decided_at + 1 WHERE id = 2", &[("alteredAt", 2.into())]),
        ("deleted", "DELETE FROM decisions WHERE id = 3", &[("missingAt", 3.into()), ("alteredAt", Value::Null)]),
        (
            "reordered",
            "UPDATE decisions SET id = 99 WHERE id = 2; UPDATE decisions SET id = 2 WHERE id = 3; UPDATE decisions SET id = 3 WHERE id = 99",
            &[("alteredAt", 2.into())],
        ),
        ("put in between without a digest", "UPDATE decisions SET hash = NULL WHERE id = 4", &[("alteredAt", 4.into())]),
        (
            "truncated",
            "DELETE FROM decisions WHERE id > 4",
            &[("tailMissing", 6.into()), ("shorterThanCopy", 6.into()), ("alteredAt", Value::Null)],
        ),
        (
            "truncated with its checkpoint",
            "DELETE FROM decisions WHERE id > 4; DELETE FROM checkpoints WHERE lines > 4",
            &[("tailMissing", Value::Null), ("shorterThanCopy", 6.into())],
        ),
        (
            "a signature forged",
            "UPDATE checkpoints SET lines = 5 WHERE lines = 6",
            &[("alteredAt", Value::Null), ("rewrittenUpTo", Value::Null)],
        ),
    ];
    for (name, sql, wanted) in table {
        let place = signed();
        place.tamper(sql);
        let (code, verdict) = place.verify();
        assert_eq!(code, 12, "{name}: {verdict}");
        for (field, value) in wanted {
            assert_eq!(&verdict[*field], value, "{name}: {field} in {verdict}");
        }
        if name == "a signature forged" {
            assert_eq!(verdict["signatureWrong"].as_array().map(Vec::len), Some(1), "{verdict}");
        }
    }
}

#[test]
fn a_chain_that_was_written_anew_from_the_first_line_on_does_not_fit_what_was_signed() {
    let place = signed();
    place.tamper("DELETE FROM decisions");
    // The program itself stamps other decisions: every line fits the one before it.
    place.decide(11..17);
    let (code, verdict) = place.verify();
    assert_eq!(
        (code, &verdict["alteredAt"], &verdict["missingAt"], &verdict["rewrittenUpTo"]),
        (12, &Value::Null, &Value::Null, &6.into()),
        "{verdict}"
    );
    // And without the ledger's checkpoints the copies outside still tell.
    place.tamper("DELETE FROM checkpoints");
    let (code, verdict) = place.verify();
    assert_eq!((code, &verdict["rewrittenUpTo"]), (12, &6.into()), "{verdict}");
    assert_eq!(verdict["checkpointsMissing"].as_array().map(Vec::len), Some(2), "{verdict}");
}

#[test]
fn accounts_are_made_listed_and_shut_and_nothing_secret_is_shown_twice() {
    let place = Place::new();
    let archive = place.archive();
    let archive = archive.to_str().expect("UTF-8");
    let user = |arguments: &[&str], input: &str| {
        let whole: Vec<&str> = ["review", "user"].iter().chain(arguments).copied().collect();
        let output = place.chartlift(&whole, input);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("a code"), text(&output.stdout), text(&output.stderr))
    };
    let (code, listed, _) = user(&["list", archive], "");
    assert!(code == 0 && listed.contains("nobody has an account"), "{listed}");
    let (code, shown, said) = user(&["add", archive, "lea", "--role", "lead", "--totp", "--password-stdin"], "three brass kettles\n");
    assert!(
        code == 0 && shown.starts_with("otpauth://totp/chartlift:lea?secret=") && said.contains("lea can sign in as lead"),
        "{shown}{said}"
    );
    assert_eq!(user(&["add", archive, "ann", "--password-stdin"], "four tin whistles\r\n").0, 0);
    for (arguments, input, wanted) in [
        (&["add", archive, "ann", "--password-stdin"][..], "five copper pans\n", "already"),
        (&["add", archive, "bo", "--password-stdin"], "short\n", "at least 8"),
        (&["add", archive, "bo", "--password-stdin"], "password123\n", "first that anybody would try"),
        (&["add", archive, "b o", "--password-stdin"], "five copper pans\n", "letters, digits"),
        (&["disable", archive, "nobody"], "", "no account nobody"),
        (&["password", archive, "nobody", "--password-stdin"], "five copper pans\n", "no account nobody"),
    ] {
        let (code, _, said) = user(arguments, input);
        assert!(code == 2 && said.contains(wanted), "{arguments:?}: {said}");
    }
    assert_eq!(user(&["disable", archive, "ann"], "").0, 0);
    assert_eq!(user(&["role", archive, "ann", "auditor"], "").0, 0);
    let (_, listed, _) = user(&["list", archive, "--json"], "");
    let json: Value = serde_json::from_str(&listed).expect("JSON");
    let account = |at: usize| json["accounts"][at].clone();
    assert_eq!(
        (account(0)["name"].clone(), account(0)["role"].clone(), account(0)["disabled"].clone()),
        ("ann".into(), "auditor".into(), true.into())
    );
    assert_eq!((account(1)["name"].clone(), account(1)["totp"].clone()), ("lea".into(), true.into()));
    assert!(!listed.contains("argon2") && !listed.contains("kettles"));
    // The ledger keeps a digest, and the audit who did it; neither has a password.
    let ledger = Ledger::read_only(&place.ledger()).expect("the ledger");
    let lea = ledger.account("lea").expect("read").expect("there");
    assert!(lea.password.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
    let bytes = std::fs::read(place.ledger()).expect("read");
    assert!(!bytes.windows(7).any(|window| window == b"kettles"));
    let connection = Connection::open(place.ledger()).expect("the ledger");
    let actors: String = connection
        .query_row("SELECT group_concat(DISTINCT actor) FROM audit WHERE action LIKE 'account%'", [], |row| row.get(0))
        .expect("a row");
    assert_eq!(actors, "operator");
}
