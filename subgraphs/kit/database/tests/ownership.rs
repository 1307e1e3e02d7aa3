use kit_database::{Database, DatabaseError, DatabaseLocation, DatabaseSettings};
use kit_testing::{TestDatabase, on_each_database};

on_each_database! {
    /// P2
    async fn a_subgraph_cannot_open_the_database_of_another_one(place: TestDatabase) {
        place.open("learning").await.close().await;
        let refused = Database::open(place.settings("identity")).await;
        let Err(DatabaseError::OtherOwner { expected, found }) = refused else { panic!("{refused:?}") };
        assert_eq!((expected.as_str(), found.as_str()), ("identity", "learning"));
        place.open("learning").await.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_database_that_is_not_there_says_whose_it_is() {
    let location = DatabaseLocation::parse("mysql://nobody:hidden-password@127.0.0.1:1/learning").unwrap();
    let mut settings = DatabaseSettings::new("learning", location);
    settings.pool.acquire_timeout = std::time::Duration::from_millis(200);
    let error = Database::open(settings).await.unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(matches!(error, DatabaseError::Unavailable { .. }), "{text}");
    assert!(text.contains("learning") && !text.contains("hidden-password"), "{text}");
}

/// Settings never show a password.
#[test]
fn settings_are_read_from_an_address_and_hide_its_password() {
    let shown = |text: &str| format!("{:?}", DatabaseLocation::parse(text).unwrap());
    assert_eq!(shown("sqlite:data/learning.db"), "sqlite:data/learning.db");
    assert_eq!(shown("sqlite:///var/lib/learning.db"), "sqlite:/var/lib/learning.db");
    assert!(!shown("mariadb://user:hidden@host/schema").contains("hidden"));
    for wrong in ["sqlite:", "postgres://user:hidden@host/schema", "learning.db"] {
        let error = DatabaseLocation::parse(wrong).unwrap_err().to_string();
        assert!(!error.contains("hidden") && error.contains("sqlite:"), "{error}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_may_read_the_file_of_an_embedded_database() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let settings = DatabaseSettings::embedded("learning", &folder.path().join("data"));
    let database = Database::open(settings).await.unwrap();
    let mode = std::fs::metadata(folder.path().join("data/learning.db")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    database.close().await;
}
