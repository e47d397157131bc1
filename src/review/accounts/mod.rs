//! Who may sign in to the station: passwords and one-time codes. Pure but for the machine's chance; accounts are kept by the ledger.
//!
//! Passwords are digested with argon2id at the strength that OWASP's cheat sheet and ASVS 5.0 give first (46 MiB, one pass, one lane), and a password that
//! was digested otherwise is digested anew when it is next given. An unknown name costs as long as a known one.

mod common;
mod totp;

use std::sync::{Condvar, Mutex, OnceLock, PoisonError};

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};

pub use totp::{Totp, otpauth};

use crate::model::Account;

/// Memory of a digest, KiB.
const MEMORY: u32 = 46 * 1024;
/// Passes over it.
const PASSES: u32 = 1;
/// Lanes.
const LANES: u32 = 1;
/// Digests that are made at a time: each takes its memory.
const AT_ONCE: u32 = 2;
/// The fewest characters of a password (NIST SP 800-63B).
pub const FEWEST: usize = 8;
/// What is recommended.
pub const RECOMMENDED: usize = 15;
/// The most bytes that are digested.
const MOST: usize = 1024;
/// The most characters of an account's name.
const LONGEST_NAME: usize = 64;

/// Why an account or a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Too short.
    #[error("a password has at least {FEWEST} characters; {RECOMMENDED} or more are better, a sentence of a few words will do")]
    Short,
    /// Too long.
    #[error("a password has at most {MOST} bytes")]
    Long,
    /// Among the first that are tried.
    #[error("that password is among the first that anybody would try; take another one")]
    Common,
    /// Not a name.
    #[error("an account's name has letters, digits and . _ - @, at most {LONGEST_NAME}, and begins with a letter or digit")]
    Name,
    /// No digest could be made.
    #[error("no digest of the password could be made: too little memory, or the machine gives no random numbers")]
    Machine,
}

/// Whether a name can be an account's.
///
/// # Errors
/// [`Refused::Name`].
pub fn check_name(name: &str) -> Result<(), Refused> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "._-@".contains(c);
    let good = name.len() <= LONGEST_NAME && name.starts_with(|c: char| c.is_ascii_alphanumeric()) && name.chars().all(fits);
    if good { Ok(()) } else { Err(Refused::Name) }
}

/// Whether a password is good enough for the account `name`. No rules of composition: length counts, and that nobody guesses it.
///
/// # Errors
/// What is wrong with it.
pub fn check_password(name: &str, password: &str) -> Result<(), Refused> {
    if password.chars().count() < FEWEST {
        return Err(Refused::Short);
    }
    if password.len() > MOST {
        return Err(Refused::Long);
    }
    if common::is_common(name, password) { Err(Refused::Common) } else { Ok(()) }
}

/// The digest of a password, in PHC's form.
///
/// # Errors
/// A password that [`check_password`] refuses, or [`Refused::Machine`].
pub fn digest(name: &str, password: &str) -> Result<String, Refused> {
    check_password(name, password)?;
    made(password)
}

fn made(password: &str) -> Result<String, Refused> {
    let _slot = Slot::take();
    hasher().and_then(|hasher| hasher.hash_password(password.as_bytes()).ok()).map(|hash| hash.to_string()).ok_or(Refused::Machine)
}

fn hasher() -> Option<Argon2<'static>> {
    Params::new(MEMORY, PASSES, LANES, None).ok().map(|params| Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// What a sign-in comes to.
#[derive(Clone, PartialEq, Eq)]
pub enum SignIn {
    /// Name, password or code are wrong, or the account is shut. Which of them is not to be told.
    Refused,
    /// All is right, if the step of the code is still new (the ledger knows).
    Right {
        /// The step of the code that was given; `None` where the account asks for none.
        step: Option<i64>,
        /// A new digest to be kept, where the old one is weaker than what is made today.
        renewed: Option<String>,
    },
}

/// Shows the verdict alone.
impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if *self == Self::Refused { "Refused" } else { "Right" })
    }
}

/// Weighs a sign-in at `now` (seconds since 1970-01-01 UTC). `account` is that of the name that was given, if there is one. A digest is made in any case.
pub fn sign_in(account: Option<&Account>, password: &str, code: &str, now: i64) -> SignIn {
    let kept = account.map(|account| account.password.as_str()).filter(|digest| !digest.is_empty());
    let right = verify(kept.unwrap_or_else(|| nobodys()), password) && kept.is_some();
    let Some(account) = account.filter(|account| right && account.is_open()) else { return SignIn::Refused };
    let step = match &account.totp {
        None => None,
        Some(secret) => match Totp::from_hex(secret)
            .and_then(|totp| totp.step_of(code, now))
            .filter(|step| account.totp_step.is_none_or(|last| last < *step))
        {
            Some(step) => Some(step),
            None => return SignIn::Refused,
        },
    };
    SignIn::Right { step, renewed: if is_current(&account.password) { None } else { made(password).ok() } }
}

fn verify(digest: &str, password: &str) -> bool {
    if password.len() > MOST {
        return false;
    }
    let _slot = Slot::take();
    PasswordHash::new(digest).is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

/// Whether a digest is of today's strength.
fn is_current(digest: &str) -> bool {
    digest.starts_with(&format!("$argon2id$v=19$m={MEMORY},t={PASSES},p={LANES}$"))
}

/// A digest that no password has, for names that nobody has.
fn nobodys() -> &'static str {
    static DIGEST: OnceLock<String> = OnceLock::new();
    DIGEST.get_or_init(|| made("nobody has this account").unwrap_or_default())
}

static SLOTS: Mutex<u32> = Mutex::new(AT_ONCE);
static FREED: Condvar = Condvar::new();

/// The right to make a digest now.
struct Slot;

impl Slot {
    fn take() -> Self {
        let free = SLOTS.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = FREED.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free -= 1;
        Self
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        *SLOTS.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        FREED.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    const GOOD: &str = "three brass kettles";

    fn account(totp: Option<&str>) -> Account {
        Account { password: digest("ann", GOOD).unwrap(), totp: totp.map(str::to_owned), ..Account::new("ann", Role::Reviewer) }
    }

    #[test]
    fn passwords_are_weighed_by_length_and_by_who_would_guess_them() {
        let table = [
            ("kettle7", Err(Refused::Short)),
            ("κέττλέ77", Ok(())),
            ("password1", Err(Refused::Common)),
            ("PassWord1", Err(Refused::Common)),
            ("chartlift", Err(Refused::Common)),
            ("rosalind", Err(Refused::Common)),
            ("rosalind1", Err(Refused::Common)),
            ("aaaaaaaaaa", Err(Refused::Common)),
            ("12345678", Err(Refused::Common)),
            ("        ", Err(Refused::Common)),
            (GOOD, Ok(())),
        ];
        for (password, wanted) in table {
            assert_eq!(check_password("rosalind", password), wanted, "{password}");
        }
        assert_eq!(check_password("a", &"kettle ".repeat(200)), Err(Refused::Long));
        assert!(check_password("a", &"kettle ".repeat(20)).is_ok());
    }

    #[test]
    fn names_are_plain() {
        for name in ["ann", "ann.lee", "a-lee@clinic.example", "7"] {
            assert!(check_name(name).is_ok(), "{name}");
        }
        let long = "a".repeat(65);
        for name in ["", "-ann", "ann lee", "ann\n", "änn", "<b>", &long] {
            assert_eq!(check_name(name), Err(Refused::Name), "{name}");
        }
    }

    #[test]
    fn digests_are_argon2id_of_the_strength_that_is_documented() {
        let digest = digest("ann", GOOD).unwrap();
        assert!(digest.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{digest}");
        assert!(is_current(&digest) && !digest.contains("kettle"));
    }

    #[test]
    fn who_signs_in() {
        let mut ann = account(None);
        let right = SignIn::Right { step: None, renewed: None };
        assert_eq!(sign_in(Some(&ann), GOOD, "", 0), right);
        assert_eq!(sign_in(Some(&ann), "three brass kettle", "", 0), SignIn::Refused);
        assert_eq!(sign_in(None, GOOD, "", 0), SignIn::Refused);
        assert_eq!(sign_in(None, "nobody has this account", "", 0), SignIn::Refused);
        assert_eq!(sign_in(Some(&Account::new("bo", Role::Lead)), "", "", 0), SignIn::Refused);
        ann.disabled_at = Some(1);
        assert_eq!(sign_in(Some(&ann), GOOD, "", 0), SignIn::Refused);
    }

    #[test]
    fn a_code_counts_once_and_beside_its_password_alone() {
        let mut ann = account(Some(&crate::model::hex(b"12345678901234567890")));
        // RFC 6238, appendix B: the last six digits of 94287082 at second 59.
        let step = SignIn::Right { step: Some(1), renewed: None };
        assert_eq!(sign_in(Some(&ann), GOOD, "287082", 59), step);
        assert_eq!(sign_in(Some(&ann), GOOD, "287 082", 59), step);
        assert_eq!(sign_in(Some(&ann), GOOD, "", 59), SignIn::Refused);
        assert_eq!(sign_in(Some(&ann), "wrong password", "287082", 59), SignIn::Refused);
        ann.totp_step = Some(1);
        assert_eq!(sign_in(Some(&ann), GOOD, "287082", 59), SignIn::Refused);
        ann.totp = Some("no digits".to_owned());
        assert_eq!(sign_in(Some(&ann), GOOD, "287082", 59), SignIn::Refused);
    }

    #[test]
    fn a_weak_digest_is_renewed() {
        let weak = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        let mut ann = account(None);
        ann.password = weak.hash_password(GOOD.as_bytes()).unwrap().to_string();
        let SignIn::Right { renewed: Some(renewed), .. } = sign_in(Some(&ann), GOOD, "", 0) else { panic!("signs in") };
        assert!(is_current(&renewed));
        ann.password = renewed;
        assert_eq!(sign_in(Some(&ann), GOOD, "", 0), SignIn::Right { step: None, renewed: None });
    }
}
