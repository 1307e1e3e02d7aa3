//! Registering partners.

use kit_ids::SystemRandomness;
use kit_testing::{TestDatabase, on_each_database};
use secrecy::SecretString;

use super::{PartnerError, Partners};
use crate::SUBGRAPH;
use crate::domain::ClientId;
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
}
