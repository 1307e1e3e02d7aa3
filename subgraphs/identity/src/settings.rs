//! What identity can be told from outside.

use std::path::PathBuf;

use serde::Deserialize;

/// The options of identity.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct IdentityOptions {
    /// `iss` of access tokens. The router must expect the same.
    pub issuer: String,
    /// `aud` of access tokens. The router must expect the same.
    pub audience: String,
    /// The file with the signing key, made at the first start, readable for its owner only. All processes of identity
    /// need the same one.
    pub keys_file: PathBuf,
    /// The origins, such as `https://lyceum.example`, whose pages may use the cookie. The request's own host always may.
    pub origins: Vec<String>,
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self {
            issuer: "https://lyceum.example".to_owned(),
            audience: "lyceum".to_owned(),
            keys_file: PathBuf::from("data/identity.keys.json"),
            origins: Vec::new(),
        }
    }
}
