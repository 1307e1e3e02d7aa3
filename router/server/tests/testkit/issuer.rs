use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};

pub(crate) const ISSUER: &str = "https://issuer.example";
pub(crate) const AUDIENCE: &str = "graph";
/// What comes before the 32 bytes of an Ed25519 private key in PKCS #8 (RFC 8410 section 7).
const PKCS8_HEAD: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// Signs tokens with a key of its own.
pub(crate) struct Issuer {
    pub(crate) key_id: String,
    key: EncodingKey,
}

impl Issuer {
    /// An issuer whose key is made of `seed`.
    pub(crate) fn new(key_id: &str, seed: u8) -> Self {
        let private: Vec<u8> = PKCS8_HEAD.into_iter().chain([seed; 32]).collect();
        Self { key_id: key_id.to_owned(), key: EncodingKey::from_ed_der(&private) }
    }

    /// The public key, as a JSON Web Key.
    pub(crate) fn public_key(&self) -> Value {
        let mut key = serde_json::to_value(Jwk::from_encoding_key(&self.key, Algorithm::EdDSA).unwrap()).unwrap();
        key["kid"] = json!(self.key_id);
        key["use"] = json!("sig");
        key
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "EdDSA", "typ": "at+jwt", "kid": self.key_id })
    }

    /// The claims of a sound token at `now`, in unix seconds.
    pub(crate) fn claims(now: u64) -> Value {
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": "usr_1", "iat": now, "exp": now + 600, "jti": "t1", "sid": "s1",
            "roles": ["MENTEE"], "scope": "user:read course:write",
        })
    }

    /// A token with this header and these claims, signed as they are.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_text(&header.to_string(), &claims.to_string())
    }

    /// The same from texts, which need not be JSON.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &self.key, Algorithm::EdDSA).unwrap();
        format!("{signed}.{signature}")
    }
}
