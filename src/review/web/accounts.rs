//! What the server asks of accounts. Who keeps them is another's matter.

use crate::model::Role;
use crate::review::desk::DeskError;

/// An account that may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its name as it is kept.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// Changes with its password or second factor: sessions of before end then.
    pub stamp: String,
}

/// The accounts of an archive. Called from several threads at once.
pub trait Accounts: Send + Sync {
    /// Whether anybody has an account: if not, the program's own user works alone.
    fn any(&self) -> Result<bool, DeskError>;
    /// An account as it is now; `None` if there is none, or it is disabled.
    fn standing(&self, name: &str) -> Result<Option<Standing>, DeskError>;
    /// Checks name, password and the code of the second factor (empty where the account has none): takes as long for a name that does not exist.
    /// A code is good once, at `now`, seconds since 1970-01-01 UTC.
    fn sign_in(&self, name: &str, password: &str, code: &str, now: i64) -> Result<Option<Standing>, DeskError>;
    /// The keys that somebody has chosen, JSON; `{}` for who has chosen none.
    fn keys(&self, name: &str) -> Result<String, DeskError>;
    /// Keeps them.
    fn keep_keys(&self, name: &str, keys: &str) -> Result<(), DeskError>;
}
