//! What identity can be told from outside.

use std::path::PathBuf;

use secrecy::SecretString;
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
    /// How mail is sent.
    pub mail: MailOptions,
    /// How short messages are sent.
    pub sms: SmsOptions,
    /// How often each client may ask.
    pub limits: LimitOptions,
    /// The page on which people choose another password, up to the token that the mail puts behind it.
    pub reset_page: String,
}

/// How often each client may ask, in a minute; 0 is no bound. More than anybody does who means well: an office may stand
/// behind one address. Guessing is bounded apart from it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct LimitOptions {
    /// To exchange a refresh token, from one address.
    pub refreshes_per_minute: u32,
}

impl Default for LimitOptions {
    fn default() -> Self {
        Self { refreshes_per_minute: 600 }
    }
}

/// How short messages are sent.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct SmsOptions {
    /// The gateway, which takes `POST {"to", "text"}`. Without it messages are shown on the standard output.
    pub gateway_url: Option<String>,
    /// The bearer token that the gateway asks for.
    pub gateway_token: Option<SecretString>,
}

/// How mail is sent.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct MailOptions {
    /// The mail server: `smtps://user:password@host`, or `smtp://host:25` without TLS. Without it mail is shown on the
    /// standard output.
    pub smtp_url: Option<SecretString>,
    /// The sender.
    pub from: String,
}

impl Default for MailOptions {
    fn default() -> Self {
        Self { smtp_url: None, from: "Lyceum <no-reply@lyceum.example>".to_owned() }
    }
}

impl Default for IdentityOptions {
    fn default() -> Self {
        Self {
            issuer: "https://lyceum.example".to_owned(),
            audience: "lyceum".to_owned(),
            keys_file: PathBuf::from("data/identity.keys.json"),
            origins: Vec::new(),
            mail: MailOptions::default(),
            sms: SmsOptions::default(),
            limits: LimitOptions::default(),
            reset_page: "https://lyceum.example/reset-password?token=".to_owned(),
        }
    }
}
