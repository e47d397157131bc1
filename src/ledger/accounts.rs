//! The accounts of the reviewer's station. Every change is noted in the audit, with who made it.

use rusqlite::{Connection, OptionalExtension, Row, TransactionBehavior, params};

use super::claims::unexpected;
use super::{Ledger, LedgerError, audit, now};
use crate::model::{Account, Role};

const COLUMNS: &str = "name, role, password, totp, totp_step, created_at, disabled_at, keys";

/// What of an account is changed.
#[derive(Clone, Copy)]
pub enum AccountChange<'a> {
    /// Its password: a digest in PHC's form.
    Password(&'a str),
    /// The secret of its one-time codes, hexadecimal; `None` asks for no code any more.
    Totp(Option<&'a str>),
    /// Whether it may be used.
    Open(bool),
    /// What it may do.
    Role(Role),
    /// Keys that its owner has moved: JSON.
    Keys(&'a str),
}

impl AccountChange<'_> {
    fn action(self) -> &'static str {
        match self {
            Self::Password(_) => "account password",
            Self::Totp(Some(_)) => "account one-time codes",
            Self::Totp(None) => "account without one-time codes",
            Self::Open(true) => "account enabled",
            Self::Open(false) => "account disabled",
            Self::Role(_) => "account role",
            Self::Keys(_) => "account keys",
        }
    }
}

impl Ledger {
    /// Every account, in the order of names.
    pub fn accounts(&self) -> Result<Vec<Account>, LedgerError> {
        let work = || {
            let mut statement = self.connection.prepare(&format!("SELECT {COLUMNS} FROM accounts ORDER BY name"))?;
            statement.query_map([], account)?.collect::<rusqlite::Result<Vec<_>>>()
        };
        work().map_err(|source| self.fault("read the accounts of", source))
    }

    /// The account of a name.
    pub fn account(&self, name: &str) -> Result<Option<Account>, LedgerError> {
        let found = self.connection.query_row(&format!("SELECT {COLUMNS} FROM accounts WHERE name = ?1"), [name], account);
        found.optional().map_err(|source| self.fault("read the accounts of", source))
    }

    /// Adds an account; `false`, and nothing is changed, if the name is taken.
    pub fn add_account(&mut self, actor: &str, account: &Account) -> Result<bool, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Account { name, role, password, totp, keys, .. } = account;
            let added = transaction.execute(
                "INSERT INTO accounts (name, role, password, totp, created_at, keys) VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                params![name, role.as_str(), password, totp, now(), keys],
            )?;
            if added > 0 {
                audit::append(&transaction, actor, "account added", &format!("{name}: {}", role.as_str()))?;
            }
            transaction.commit()?;
            Ok(added > 0)
        };
        work(&mut self.connection).map_err(|source| self.fault("write the accounts of", source))
    }

    /// Changes an account; `false` if there is none of that name. An account that is shut keeps everything else: what it decided stays its own.
    pub fn change_account(&mut self, actor: &str, name: &str, change: AccountChange<'_>) -> Result<bool, LedgerError> {
        let work = |connection: &mut Connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let set = |column: &str, value: &dyn rusqlite::ToSql| {
                transaction.execute(&format!("UPDATE accounts SET {column} = ?2 WHERE name = ?1"), params![name, value])
            };
            let changed = match change {
                AccountChange::Password(digest) => set("password", &digest)?,
                // Codes of the old secret say nothing of the new one's steps.
                AccountChange::Totp(secret) => {
                    transaction.execute("UPDATE accounts SET totp = ?2, totp_step = NULL WHERE name = ?1", params![name, secret])?
                }
                AccountChange::Open(open) => set("disabled_at", &(!open).then(now))?,
                AccountChange::Role(role) => set("role", &role.as_str())?,
                AccountChange::Keys(keys) => set("keys", &keys)?,
            };
            if changed > 0 {
                audit::append(&transaction, actor, change.action(), name)?;
            }
            transaction.commit()?;
            Ok(changed > 0)
        };
        work(&mut self.connection).map_err(|source| self.fault("write the accounts of", source))
    }

    /// Notes that the code of a step was used; `false` if that step, or a later one, was used before: then the code must not count.
    pub fn use_totp_step(&mut self, name: &str, step: i64) -> Result<bool, LedgerError> {
        let used = self
            .connection
            .execute("UPDATE accounts SET totp_step = ?2 WHERE name = ?1 AND (totp_step IS NULL OR totp_step < ?2)", params![name, step]);
        used.map(|rows| rows > 0).map_err(|source| self.fault("write the accounts of", source))
    }
}

fn account(row: &Row<'_>) -> rusqlite::Result<Account> {
    Ok(Account {
        name: row.get(0)?,
        role: Role::parse(&row.get::<_, String>(1)?).ok_or_else(|| unexpected(1, "a role"))?,
        password: row.get(2)?,
        totp: row.get(3)?,
        totp_step: row.get(4)?,
        created_at: row.get(5)?,
        disabled_at: row.get(6)?,
        keys: row.get(7)?,
    })
}
