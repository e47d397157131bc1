//! Checkpoints: the end of the chain of decisions, signed with a key that lies outside of the archive, with a copy beside that key. Whoever may write the
//! archive can write its chain anew from the first line on, and can cut it; neither agrees with what was signed before.

use std::collections::BTreeSet;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use ring::rand::SystemRandom;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::{Archive, RunError};
use crate::ledger::Ledger;
use crate::model::{ChainVerdict, Checkpoint, Sha256, hex};
use crate::review::ReviewSettings;

/// The key's file in the folder of keys.
const KEY: &str = "checkpoints.key";
/// The folder beside it with what was signed, a file an archive.
const COPIES: &str = "checkpoints";

/// The folder of keys: `review.keys`, or the user's own data folder.
fn keys(settings: &ReviewSettings) -> std::io::Result<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let own = || variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")));
    let folder = settings.keys.clone().or_else(|| own().map(|data| data.join("chartlift")));
    folder.ok_or_else(|| std::io::Error::other("neither HOME nor XDG_DATA_HOME says where; set review.keys"))
}

/// The key, made where there is none yet.
struct Key {
    pair: Ed25519KeyPair,
    folder: PathBuf,
}

impl Key {
    fn open(settings: &ReviewSettings, archive: &Path) -> std::io::Result<Self> {
        let folder = keys(settings)?;
        if super::archive::lie_in_one_another(&folder, archive) {
            return Err(std::io::Error::other("the folder of keys lies in the archive, where it protects nothing; set review.keys"));
        }
        DirBuilder::new().recursive(true).mode(0o700).create(folder.join(COPIES))?;
        let path = folder.join(KEY);
        if !path.exists() {
            make(&folder, &path)?;
        }
        let metadata = std::fs::metadata(&path)?;
        if metadata.mode() & 0o077 != 0 {
            return Err(std::io::Error::other(format!("others can read the key; chmod 600 {}", path.display())));
        }
        let pair = Ed25519KeyPair::from_pkcs8(&std::fs::read(&path)?);
        let pair = pair.map_err(|_| std::io::Error::other(format!("{} is no key", path.display())))?;
        Ok(Self { pair, folder })
    }

    fn public(&self) -> String {
        hex(self.pair.public_key().as_ref())
    }

    /// Where the copies of an archive's checkpoints lie. Its id is of our making; it is digested all the same before it names a file.
    fn copies(&self, archive_id: &str) -> PathBuf {
        self.folder.join(COPIES).join(format!("{}.jsonl", Sha256::of(archive_id.as_bytes())))
    }
}

/// Makes a key, for its owner alone. Of two processes that do it at once one wins, and both use its key.
fn make(folder: &Path, path: &Path) -> std::io::Result<()> {
    let fresh =
        Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).map_err(|_| std::io::Error::other("the machine gives no random numbers"))?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(fresh.as_ref())?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => File::open(folder)?.sync_all(),
        Err(error) if error.error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.error),
    }
}

/// A checkpoint, or in words why there is none: no folder for a key, no room.
pub(super) type Made = Result<Checkpoint, String>;

impl Key {
    fn sign(&self, ledger: &Ledger, why: &str) -> Result<Checkpoint, RunError> {
        let (lines, head) = ledger.chain_end()?;
        let at = jiff::Timestamp::now().as_second();
        let (head, public) = (head.to_string(), self.public());
        let mut checkpoint = Checkpoint { at, why: why.to_owned(), lines, head, public, signature: String::new() };
        checkpoint.signature = hex(self.pair.sign(&checkpoint.message(&ledger.archive_id()?.unwrap_or_default())).as_ref());
        Ok(checkpoint)
    }

    /// Keeps a copy outside of the archive. One write: two processes do not mix their lines.
    fn copy(&self, archive_id: &str, checkpoint: &Checkpoint) -> std::io::Result<()> {
        let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(self.copies(archive_id))?;
        file.write_all(format!("{}\n", serde_json::to_string(checkpoint)?).as_bytes())?;
        file.sync_all()
    }
}

/// Signs the end of the chain, keeps that in the ledger, and a copy beside the key.
///
/// # Errors
/// The ledger's.
pub(super) fn make_checkpoint(root: &Path, ledger: &mut Ledger, why: &str, settings: &ReviewSettings) -> Result<Made, RunError> {
    let key = match Key::open(settings, root) {
        Ok(key) => key,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let checkpoint = key.sign(ledger, why)?;
    // First in the ledger: a copy of which the ledger knows nothing would tell of a cut.
    ledger.keep_checkpoint(&checkpoint)?;
    let copied = key.copy(&ledger.archive_id()?.unwrap_or_default(), &checkpoint);
    Ok(copied.map(|()| checkpoint).map_err(|error| error.to_string()))
}

/// Signs the end of the chain of a ledger that is only looked at, and keeps that beside the key alone.
///
/// # Errors
/// The ledger's.
pub(super) fn sign_export(root: &Path, ledger: &Ledger, settings: &ReviewSettings) -> Result<Made, RunError> {
    let key = match Key::open(settings, root) {
        Ok(key) => key,
        Err(error) => return Ok(Err(error.to_string())),
    };
    let checkpoint = key.sign(ledger, EXPORT)?;
    let copied = key.copy(&ledger.archive_id()?.unwrap_or_default(), &checkpoint);
    Ok(copied.map(|()| checkpoint).map_err(|error| error.to_string()))
}

/// Makes the checkpoint of a day on which somebody signs in, if that day has none.
///
/// # Errors
/// The ledger's.
pub(super) fn of_day(root: &Path, ledger: &mut Ledger, settings: &ReviewSettings) -> Result<(), RunError> {
    let day = |at: i64| at.div_euclid(86_400);
    let today = day(jiff::Timestamp::now().as_second());
    if ledger.checkpoints()?.last().is_none_or(|last| day(last.at) != today)
        && let Err(why) = make_checkpoint(root, ledger, "day", settings)?
    {
        tracing::warn!("no checkpoint of the chain of decisions: {why}");
    }
    Ok(())
}

/// Holds an archive's chain of decisions against itself, its checkpoints and their copies on this machine.
///
/// # Errors
/// An archive or ledger that cannot be read.
pub fn verify_chain(folder: &Path, settings: &ReviewSettings) -> Result<ChainVerdict, RunError> {
    let (ledger, _) = Archive::look(folder)?;
    ledger.hold()?;
    let archive = ledger.archive_id()?.unwrap_or_default();
    let kept = ledger.checkpoints()?;
    let (copies, own) = copies(&archive, folder, settings);
    let wanted: BTreeSet<i64> = kept.iter().chain(&copies).map(|checkpoint| checkpoint.lines).collect();
    let walk = ledger.walk_chain(&wanted)?;
    let mut verdict = ChainVerdict {
        lines: walk.lines,
        head: walk.head.to_string(),
        checkpoints: kept.len(),
        copies: copies.len(),
        altered_at: walk.altered_at,
        missing_at: walk.missing_at,
        ..ChainVerdict::default()
    };
    let beyond =
        |checkpoints: &[Checkpoint]| checkpoints.iter().map(|checkpoint| checkpoint.lines).filter(|lines| *lines > walk.lines).max();
    verdict.tail_missing = beyond(&kept);
    verdict.shorter_than_copy = beyond(&copies);
    for checkpoint in kept.iter().chain(copies.iter().filter(|copy| !kept.contains(copy))) {
        if !is_signed(checkpoint, &archive) {
            verdict.signature_wrong.push(checkpoint.at);
            continue;
        }
        if own.as_ref().is_some_and(|own| *own != checkpoint.public) {
            verdict.other_key.push(checkpoint.at);
        }
        let differs = walk.heads.get(&checkpoint.lines).is_some_and(|head| head.to_string() != checkpoint.head);
        if differs {
            verdict.rewritten_up_to = verdict.rewritten_up_to.max(Some(checkpoint.lines));
        }
    }
    // Those of exports are made while the ledger is only looked at: they stand outside alone.
    let gone = copies.iter().filter(|copy| copy.why != EXPORT && is_signed(copy, &archive) && !kept.contains(copy));
    verdict.checkpoints_missing = gone.map(|copy| copy.at).collect();
    Ok(verdict)
}

/// The occasion of a checkpoint that is made while the ledger is only looked at.
pub(super) const EXPORT: &str = "export";

/// The copies that this machine has of an archive's checkpoints, and its key; none where there is no key.
fn copies(archive_id: &str, archive: &Path, settings: &ReviewSettings) -> (Vec<Checkpoint>, Option<String>) {
    // A look makes no key.
    if !keys(settings).is_ok_and(|folder| folder.join(KEY).exists()) {
        return (Vec::new(), None);
    }
    let Ok(key) = Key::open(settings, archive) else { return (Vec::new(), None) };
    let text = std::fs::read_to_string(key.copies(archive_id)).unwrap_or_default();
    (text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(), Some(key.public()))
}

fn is_signed(checkpoint: &Checkpoint, archive_id: &str) -> bool {
    let (Some(public), Some(signature)) = (bytes(&checkpoint.public), bytes(&checkpoint.signature)) else { return false };
    UnparsedPublicKey::new(&ED25519, public).verify(&checkpoint.message(archive_id), &signature).is_ok()
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    hex.len().is_multiple_of(2).then(|| hex.as_bytes().chunks(2).map(pair).collect()).flatten()
}
