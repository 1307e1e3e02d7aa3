//! Registering partners.

use kit_database::Migrations;
use kit_ids::SystemRandomness;
use kit_testing::{TestDatabase, on_each_database};
use secrecy::SecretString;

use super::{PartnerError, Partners};
use crate::SUBGRAPH;
use crate::domain::{ClientId, PartnerTerms};
use crate::store::partners;

on_each_database! {
    /// Domain 3.1, AS-077: of the secret only a salted hash is kept; a name is taken once.
    async fn a_partner_is_registered_once_and_its_secret_is_hashed(place: TestDatabase) {
        let database = place.migrated(&SUBGRAPH.migrations).await;
        let secret = SecretString::from("a secret of theirs");
        let register = async |client_id: &str| {
            Partners::register(&database, (client_id, "Name"), (&secret, &SystemRandomness), 5).await
        };
        register("acme").await.unwrap();
        register("other").await.unwrap();
        assert!(matches!(register("acme").await, Err(PartnerError::Auth(_))));
        assert!(matches!(register("Acme!").await, Err(PartnerError::InvalidClientId)));
        let hash = async |client_id: &str| {
            let found = partners::with_secrets(&database, &ClientId::parse(client_id).unwrap()).await.unwrap();
            found.unwrap().1[0].hash.text()
        };
        let (acme, other) = (hash("acme").await, hash("other").await);
        assert!(acme.starts_with("$argon2id$") && acme != other && !acme.contains("secret"), "{acme}");
        assert!(partners::with_secrets(&database, &ClientId::parse("third").unwrap()).await.unwrap().is_none());
    }

    /// A partner from before there were terms keeps its secret, and may do what it could.
    async fn a_partner_of_before_goes_on(place: TestDatabase) {
        let files = SUBGRAPH.migrations.files;
        let before = files.iter().position(|file| file.name == "0010_partner_secrets").unwrap();
        let database = place.migrated(&Migrations { files: &files[..before], ..SUBGRAPH.migrations }).await;
        for client_id in ["acme", "other"] {
            let insert = "INSERT INTO partners (client_id, secret_hash, scopes, created_at) VALUES (?, ?, 'partner:read', 5)";
            database.query(insert).bind(client_id).bind(format!("$argon2id${client_id}")).execute().await.unwrap();
        }
        database.migrate(&SUBGRAPH.migrations).await.unwrap();
        let mut ids = Vec::new();
        for client_id in ["acme", "other"] {
            let found = partners::with_secrets(&database, &ClientId::parse(client_id).unwrap()).await.unwrap();
            let (partner, secrets) = found.unwrap();
            assert_eq!(partner.terms, PartnerTerms::usual(client_id));
            assert_eq!((partner.created_at, partner.require_access(i64::MAX)), (5, Ok(())));
            let [secret] = secrets.as_slice() else { panic!("{secrets:?}") };
            assert_eq!((secret.hash.text(), secret.expires_at), (format!("$argon2id${client_id}"), None));
            ids.extend([partner.id.to_bytes(), secret.id.to_bytes()]);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 4, "each has an id of its own");
    }
}
