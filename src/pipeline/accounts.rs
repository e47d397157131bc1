//! The accounts of an archive, for the station's server.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::station::fault;
use super::{Archive, RunError, checkpoint};
use crate::ledger::{AccountChange, Ledger};
use crate::model::{Account, Sha256};
use crate::review::ReviewSettings;
use crate::review::accounts::{SignIn, sign_in};
use crate::review::desk::DeskError;
use crate::review::web::{Accounts, Standing};

/// Begins the note that holds the keys of who has no account, because the program's own user works alone.
const KEYS_NOTE: &str = "keys of ";

/// The accounts.
pub struct ArchiveAccounts {
    ledger: Mutex<Ledger>,
    /// Where the chain of decisions is signed on days on which somebody signs in; `None`: nowhere.
    signed: Option<(PathBuf, ReviewSettings)>,
}

impl ArchiveAccounts {
    /// Those of an archive, whoever holds it.
    ///
    /// # Errors
    /// No archive, or a damaged one.
    pub fn open(archive: &Path, settings: &ReviewSettings) -> Result<Self, RunError> {
        let mut ledger = Archive::beside(archive)?.0;
        // Who works alone signs in by starting the station.
        checkpoint::of_day(archive, &mut ledger, settings)?;
        let ledger = Mutex::new(ledger);
        Ok(Self { ledger, signed: Some((archive.to_owned(), settings.clone())) })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What changes with password and second factor, and shows neither.
fn standing(account: Account) -> Standing {
    let stamp = Sha256::of(format!("{}\n{}", account.password, account.totp.unwrap_or_default()).as_bytes()).to_string();
    Standing { name: account.name, role: account.role, stamp }
}

impl Accounts for ArchiveAccounts {
    /// Accounts that are shut count too: who shuts all of them does not thereby let everybody of the machine in as a lead.
    fn any(&self) -> Result<bool, DeskError> {
        Ok(!self.ledger().accounts().map_err(fault)?.is_empty())
    }

    fn standing(&self, name: &str) -> Result<Option<Standing>, DeskError> {
        let account = self.ledger().account(name).map_err(fault)?;
        Ok(account.filter(Account::is_open).map(standing))
    }

    fn sign_in(&self, name: &str, password: &str, code: &str, now: i64) -> Result<Option<Standing>, DeskError> {
        // The ledger is free while the digest is made.
        let account = self.ledger().account(name).map_err(fault)?;
        let SignIn::Right { step, renewed } = sign_in(account.as_ref(), password, code, now) else { return Ok(None) };
        let mut ledger = self.ledger();
        if let Some(step) = step
            && !ledger.use_totp_step(name, step).map_err(fault)?
        {
            return Ok(None);
        }
        if let Some(digest) = renewed {
            ledger.change_account(name, name, AccountChange::Password(&digest)).map_err(fault)?;
        }
        if let Some((root, settings)) = &self.signed {
            checkpoint::of_day(root, &mut ledger, settings).map_err(fault)?;
        }
        Ok(ledger.account(name).map_err(fault)?.filter(Account::is_open).map(standing))
    }

    fn keys(&self, name: &str) -> Result<String, DeskError> {
        let ledger = self.ledger();
        if let Some(account) = ledger.account(name).map_err(fault)? {
            return Ok(account.keys);
        }
        Ok(ledger.note(&format!("{KEYS_NOTE}{name}")).map_err(fault)?.unwrap_or_else(|| "{}".to_owned()))
    }

    fn keep_keys(&self, name: &str, keys: &str) -> Result<(), DeskError> {
        let mut ledger = self.ledger();
        if ledger.change_account(name, name, AccountChange::Keys(keys)).map_err(fault)? {
            return Ok(());
        }
        ledger.set_note(&format!("{KEYS_NOTE}{name}"), keys).map_err(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;
    use crate::review::accounts::digest;

    const PASSWORD: &str = "three brass kettles";

    /// The secret of RFC 6238, appendix B, with the last six digits of its codes at two times.
    const SECRET: &str = "3132333435363738393031323334353637383930";
    const CODES: [(i64, &str); 2] = [(1_111_111_109, "081804"), (1_111_111_111, "050471")];

    fn accounts() -> (tempfile::TempDir, ArchiveAccounts) {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::create(&folder.path().join("ledger"), "one").unwrap();
        (folder, ArchiveAccounts { ledger: Mutex::new(ledger), signed: None })
    }

    fn add(accounts: &ArchiveAccounts, name: &str, totp: Option<&str>) {
        let account =
            Account { password: digest(name, PASSWORD).unwrap(), totp: totp.map(str::to_owned), ..Account::new(name, Role::Reviewer) };
        assert!(accounts.ledger().add_account("test", &account).unwrap());
    }

    #[test]
    fn who_signs_in_stands_as_the_ledger_says() {
        let (_folder, accounts) = accounts();
        assert!(!accounts.any().unwrap());
        add(&accounts, "ann", None);
        let ann = accounts.sign_in("ann", PASSWORD, "", 0).unwrap().unwrap();
        assert_eq!(Some(&ann), accounts.standing("ann").unwrap().as_ref());
        assert_eq!((ann.name.as_str(), ann.role), ("ann", Role::Reviewer));
        assert!(accounts.sign_in("ann", "three brass pots", "", 0).unwrap().is_none());
        assert!(accounts.sign_in("eve", PASSWORD, "", 0).unwrap().is_none());
        accounts.ledger().change_account("test", "ann", AccountChange::Password(&digest("ann", "four copper kettles").unwrap())).unwrap();
        assert_ne!(accounts.standing("ann").unwrap().unwrap().stamp, ann.stamp, "sessions of the old password end");
        accounts.ledger().change_account("test", "ann", AccountChange::Open(false)).unwrap();
        assert!(accounts.standing("ann").unwrap().is_none() && accounts.any().unwrap());
        assert!(accounts.sign_in("ann", "four copper kettles", "", 0).unwrap().is_none());
    }

    #[test]
    fn a_code_is_good_once_even_for_two_at_the_same_time() {
        let (_folder, accounts) = accounts();
        add(&accounts, "ann", Some(SECRET));
        let [(first, code), (second, next)] = CODES;
        assert!(accounts.sign_in("ann", PASSWORD, "", first).unwrap().is_none());
        let both = std::thread::scope(|scope| {
            let tries = [(); 2].map(|()| scope.spawn(|| accounts.sign_in("ann", PASSWORD, code, first).unwrap()));
            tries.into_iter().map(|tried| tried.join().unwrap()).filter(Option::is_some).count()
        });
        assert_eq!(both, 1);
        assert!(accounts.sign_in("ann", PASSWORD, code, first).unwrap().is_none(), "once more in the same step");
        assert!(accounts.sign_in("ann", PASSWORD, next, second).unwrap().is_some(), "the next one");
        assert!(accounts.sign_in("ann", PASSWORD, code, second).unwrap().is_none(), "the one before");
    }

    #[test]
    fn an_unknown_name_takes_as_long_as_a_known_one() {
        let (_folder, accounts) = accounts();
        add(&accounts, "ann", None);
        let time = |name: &str| {
            let began = std::time::Instant::now();
            assert!(accounts.sign_in(name, "wrong password", "", 0).unwrap().is_none());
            began.elapsed().as_secs_f64()
        };
        time("eve"); // the digest that no password has is made once
        let least = |name: &str| (0..5).map(|_| time(name)).fold(f64::INFINITY, f64::min);
        let (known, unknown) = (least("ann"), least("eve"));
        assert!((0.5..2.0).contains(&(known / unknown)), "{known} {unknown}");
    }

    #[test]
    fn keys_are_kept_with_or_without_an_account() {
        let (_folder, accounts) = accounts();
        add(&accounts, "ann", None);
        for name in ["ann", "os user"] {
            assert_eq!(accounts.keys(name).unwrap(), "{}");
            accounts.keep_keys(name, r#"{"illegible":"F10"}"#).unwrap();
            assert_eq!(accounts.keys(name).unwrap(), r#"{"illegible":"F10"}"#);
        }
    }
}
