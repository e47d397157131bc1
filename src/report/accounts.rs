//! The accounts of the reviewers' station, for people and programs. Passwords and secrets are no part of it.

use std::fmt::Write;

use serde_json::json;

use crate::model::Account;

/// The accounts of an archive.
pub struct AccountsReport {
    /// Every account, in the order of names.
    pub accounts: Vec<Account>,
}

impl AccountsReport {
    /// As a table.
    pub fn human(&self) -> String {
        if self.accounts.is_empty() {
            return "nobody has an account: the station lets in who starts it, on this machine alone\n".to_owned();
        }
        let width = self.accounts.iter().map(|account| account.name.len()).max().unwrap_or(0).max(4);
        let mut text = format!("{:width$}  {:8}  {:14}  state\n", "name", "role", "one-time codes");
        for account in &self.accounts {
            let codes = if account.totp.is_some() { "asked" } else { "not asked" };
            let state = if account.is_open() { "open" } else { "disabled" };
            let _ = writeln!(text, "{:width$}  {:8}  {codes:14}  {state}", account.name, account.role.as_str());
        }
        text
    }

    /// As JSON.
    pub fn json(&self) -> String {
        let one = |account: &Account| {
            json!({
                "name": account.name, "role": account.role.as_str(), "totp": account.totp.is_some(), "disabled": !account.is_open(),
                "created_at": account.created_at,
            })
        };
        format!("{}\n", json!({ "accounts": self.accounts.iter().map(one).collect::<Vec<_>>() }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Role;

    #[test]
    fn names_roles_and_states_are_told_and_no_secret() {
        let ann = Account { password: "$argon2id$x".into(), totp: Some("abcdef".into()), ..Account::new("ann", Role::Lead) };
        let report = AccountsReport { accounts: vec![ann.clone(), Account { disabled_at: Some(1), totp: None, ..ann }] };
        let (human, json) = (report.human(), report.json());
        assert!(human.contains("ann   lead      asked           open\n") && human.contains("not asked       disabled\n"), "{human}");
        assert!(json.contains("\"disabled\":true") && json.contains("\"totp\":true"), "{json}");
        assert!(!human.contains("argon2") && !json.contains("argon2") && !json.contains("abcdef"));
        assert!(AccountsReport { accounts: vec![] }.human().contains("nobody"));
    }
}
