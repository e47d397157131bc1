//! Who may work at the reviewer's station, as the ledger keeps them.

use std::fmt;

use super::Role;

/// An account.
#[derive(Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Digest of its password (argon2id, in PHC's form); empty: nobody can sign in by password.
    pub password: String,
    /// Secret of its one-time codes (RFC 6238), hexadecimal; `None`: no code is asked.
    pub totp: Option<String>,
    /// The last step of the clock whose code was used.
    pub totp_step: Option<i64>,
    /// When it was made, seconds since 1970-01-01 UTC.
    pub created_at: i64,
    /// When it was shut; `None` while it may be used.
    pub disabled_at: Option<i64>,
    /// Keys that its owner has moved: JSON.
    pub keys: String,
}

impl Account {
    /// A new account that nobody can sign in to yet.
    pub fn new(name: impl Into<String>, role: Role) -> Self {
        let keys = "{}".to_owned();
        Self { name: name.into(), role, password: String::new(), totp: None, totp_step: None, created_at: 0, disabled_at: None, keys }
    }

    /// Whether it may be used.
    pub fn is_open(&self) -> bool {
        self.disabled_at.is_none()
    }
}

/// Shows name and role alone.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Account({} {}{})", self.name, self.role.as_str(), if self.is_open() { "" } else { ", disabled" })
    }
}
