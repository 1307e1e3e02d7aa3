//! What every store of registered operations does, whatever keeps it.

use std::sync::Arc;

use kit_testing::{MariaDb, Redis, skip_without};
use router_registry::{
    ClientName, FolderStore, RedisStore, RegisteredOperation, RegistryError, RegistryStore, SqlStore,
};
use secrecy::ExposeSecret;

fn client(name: &str) -> ClientName {
    ClientName::parse(name).unwrap()
}

fn operation(id: &str, text: &str) -> RegisteredOperation {
    RegisteredOperation { id: id.into(), name: Some("Name".to_owned()), text: text.into() }
}

fn ids(text: &[&str]) -> Vec<String> {
    text.iter().map(ToString::to_string).collect()
}

/// The contract. `open` gives a store on the same data each time, as another process has it.
async fn keeps_what_is_registered(open: &dyn Fn() -> Arc<dyn RegistryStore>) {
    let (store, other) = (open(), open());
    let empty = store.load().await.unwrap();
    assert!(empty.clients.is_empty());
    assert_eq!(empty.version, other.version().await.unwrap());

    // Names, texts and order come back as they were given, also what is not ASCII.
    let text = "{ a }\n\t# \u{1f3c3} '\"\\ é";
    let published = store.publish(&client("acme"), vec![operation("b", text), operation("B", "{ b }")]).await.unwrap();
    assert_eq!((published.added, published.known), (2, 0));
    let seen = other.load().await.unwrap();
    assert_ne!(seen.version, empty.version);
    assert_eq!(seen.version, other.version().await.unwrap());
    assert_eq!(seen.version, store.version().await.unwrap());
    let listed: Vec<_> = seen.clients["acme"].operations().cloned().collect();
    assert_eq!(listed, [operation("B", "{ b }"), operation("b", text)]);

    // A second client has its own, under the same id.
    store.publish(&client("globex"), vec![operation("b", "{ other }")]).await.unwrap();
    // What is there already is no change; what is in conflict changes nothing at all.
    let again = other.publish(&client("acme"), vec![operation("b", text), operation("c", "{ c }")]).await.unwrap();
    assert_eq!((again.added, again.known), (1, 1));
    let conflict = other.publish(&client("acme"), vec![operation("d", "{ d }"), operation("b", "{ else }")]).await;
    assert!(matches!(conflict, Err(RegistryError::Conflict(_))), "{conflict:?}");
    let seen = store.load().await.unwrap();
    assert_eq!(seen.clients["acme"].len(), 3);
    assert_eq!(&*seen.clients["globex"].by_id("b").unwrap().text, "{ other }");

    let revoked = store.revoke(&client("acme"), &ids(&["b", "nothing", "B"])).await.unwrap();
    assert_eq!(revoked, ids(&["b", "B"]));
    let left = other.load().await.unwrap();
    assert_ne!(left.version, seen.version);
    assert_eq!((left.clients["acme"].len(), left.clients["globex"].len()), (1, 1));
    // A revoked id is free.
    store.publish(&client("acme"), vec![operation("b", "{ anew }")]).await.unwrap();

    // Writers at once lose nothing of each other's.
    let writers = (0..8).map(|number| {
        let store = open();
        tokio::spawn(async move {
            store.publish(&client("many"), vec![operation(&format!("id-{number}"), "{ a }")]).await.unwrap();
        })
    });
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
    assert_eq!(store.load().await.unwrap().clients["many"].len(), 8);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_keeps_what_is_registered() {
    let folder = tempfile::tempdir().unwrap();
    keeps_what_is_registered(&|| Arc::new(FolderStore::new(folder.path().join("operations")))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite_keeps_what_is_registered() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("registry.sqlite").display());
    keeps_what_is_registered_at(&url).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb_keeps_what_is_registered() {
    let server = match MariaDb::shared() {
        Ok(server) => server,
        Err(reason) => return skip_without(reason),
    };
    keeps_what_is_registered_at(server.new_schema().await.expose_secret()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_keeps_what_is_registered() {
    let server = match Redis::shared() {
        Ok(server) => server,
        Err(reason) => return skip_without(reason),
    };
    let url = server.new_database();
    keeps_what_is_registered(&|| Arc::new(RedisStore::new(url.expose_secret()).unwrap())).await;
}

/// Each store has connections of its own, as in another process.
async fn keeps_what_is_registered_at(url: &str) {
    let first = SqlStore::open(url).await.unwrap();
    assert!(!format!("{first:?}").contains("://"), "no address is shown");
    let url = url.to_owned();
    let open = move || -> Arc<dyn RegistryStore> {
        let opened = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(SqlStore::open(&url)));
        Arc::new(opened.unwrap())
    };
    keeps_what_is_registered(&open).await;
}

/// An address is refused without being shown.
#[tokio::test]
async fn a_wrong_address_is_an_error_without_its_password() {
    for url in
        ["postgres://someone:secret@host/db", "mysql://someone:secret@127.0.0.1:1/db", "sqlite:///nowhere/secret/db"]
    {
        let error = SqlStore::open(url).await.unwrap_err().to_string();
        assert!(error.contains("remedy") && !error.contains("secret"), "{url}: {error}");
    }
}

/// Whoever has put a file there by hand is told what is wrong with it.
#[tokio::test]
async fn a_file_that_is_no_manifest_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = FolderStore::new(folder.path());
    for (name, text) in [("acme.json", "{"), ("Not A Client.json", "{}"), ("acme.json", "{\"a\": \"\"}")] {
        std::fs::write(folder.path().join(name), text).unwrap();
        let error = store.load().await.unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("remedy"), "{error}");
        std::fs::remove_file(folder.path().join(name)).unwrap();
    }
    // Relay's manifest as it stands, and a file that is none of ours.
    std::fs::write(folder.path().join("acme.json"), "{\"a\": \"{ me }\"}").unwrap();
    std::fs::write(folder.path().join("README.md"), "ours").unwrap();
    assert_eq!(store.load().await.unwrap().clients["acme"].len(), 1);
}
