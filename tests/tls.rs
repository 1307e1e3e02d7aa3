//! Certificates: of the router, of its clients, and between routers and subgraphs (HS-16, AS-018, AS-030).

use std::fs;
use std::path::Path;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair};
use serde_json::{Value, json};

use crate::product::{Process, lyceum};

/// An authority that nobody knows but those who are told of it.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(Vec::new()).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = parameters.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    /// A certificate for a name, and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
        parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth];
        (parameters.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }

    fn write(&self, folder: &Path, file: &str, name: &str) {
        let (certificate, key) = self.sign(name);
        fs::write(folder.join(format!("{file}.key")), key).unwrap();
        fs::write(folder.join(format!("{file}.pem")), certificate).unwrap();
    }
}

fn address(process: &Process, path: &str) -> String {
    process.wait_for(|line| {
        let address = line.split_whitespace().find(|word| word.starts_with("http") && word.ends_with(path))?;
        Some(address.to_owned())
    })
}

fn start(folder: &Path, name: &str, command: &str, configuration: &str) -> Process {
    let file = folder.join(format!("{name}.yaml"));
    fs::write(&file, configuration).unwrap();
    let mut process = lyceum(folder);
    process.args([command, "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--data-dir", name, "--config"]);
    process.arg(&file);
    Process::start(name, process)
}

fn client(authority: Option<&Authority>, identity: Option<(String, String)>) -> reqwest::Client {
    // The process has one already when another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder().no_proxy().tls_info(true);
    if let Some(authority) = authority {
        builder = builder.tls_certs_only([reqwest::Certificate::from_pem(authority.pem.as_bytes()).unwrap()]);
    }
    if let Some((certificate, key)) = identity {
        builder = builder.identity(reqwest::Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap());
    }
    builder.build().unwrap()
}

async fn ask(client: &reqwest::Client, address: &str) -> Result<reqwest::Response, reqwest::Error> {
    let body = json!({ "query": "{ categories { id } }" }).to_string();
    client.post(address).header("content-type", "application/json").body(body).send().await
}

async fn data(reply: reqwest::Response) -> Value {
    serde_json::from_slice::<Value>(&reply.bytes().await.unwrap()).unwrap()["data"].take()
}

fn certificate_of(reply: &reqwest::Response) -> Vec<u8> {
    reply.extensions().get::<reqwest::tls::TlsInfo>().unwrap().peer_certificate().unwrap().to_vec()
}

/// The router shows its certificate and speaks nothing but TLS, and says so to browsers; new files are a new certificate;
/// who shows none of the wanted certificates gets nothing; another router, which has one, reaches it as a subgraph.
#[tokio::test(flavor = "multi_thread")]
async fn routers_clients_and_subgraphs_know_each_other_by_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (servers, clients) = (Authority::new(), Authority::new());
    servers.write(folder.path(), "server", "127.0.0.1");
    fs::write(folder.path().join("servers.pem"), &servers.pem).unwrap();
    fs::write(folder.path().join("clients.pem"), &clients.pem).unwrap();
    let house = include_str!("../supergraph.yaml");
    let tls = "  listeners:\n    tls:\n      certificate: server.pem\n      key: server.key\n      client_authorities: clients.pem\n";
    let guarded = start(folder.path(), "guarded", "up", &house.replacen("router:\n", &format!("router:\n{tls}"), 1));
    let url = address(&guarded, "/graphql");
    assert!(url.starts_with("https://"), "{url}");

    let known = client(Some(&servers), Some(clients.sign("client")));
    let reply = ask(&known, &url).await.unwrap();
    assert_eq!((reply.status().as_u16(), reply.version()), (200, reqwest::Version::HTTP_2));
    assert_eq!(reply.headers()["strict-transport-security"], "max-age=31536000; includeSubDomains");
    let before = certificate_of(&reply);
    assert!(data(reply).await["categories"].is_array());
    for (stranger, why) in [
        (client(Some(&servers), None), "it shows no certificate"),
        (client(Some(&servers), Some(servers.sign("client"))), "another authority signed it"),
        (client(Some(&clients), Some(clients.sign("client"))), "the client does not know the server's authority"),
    ] {
        assert!(ask(&stranger, &url).await.is_err(), "{why}");
    }
    assert!(ask(&known, &url.replace("https", "http")).await.is_err(), "plain HTTP is not spoken");

    // Another router's subgraph.
    clients.write(folder.path(), "router", "router");
    fs::write(
        folder.path().join("catalogue.graphql"),
        "type Query { categories: [Category!] }  type Category @key(fields: \"id\") { id: ID! }\n\
         extend schema @link(url: \"https://specs.apollo.dev/federation/v2.5\", import: [\"@key\"])",
    )
    .unwrap();
    let subgraph =
        |tls: &str| format!("subgraphs:\n  catalogue:\n    url: {url}\n    schema: catalogue.graphql\n{tls}");
    let certificates =
        "    tls:\n      authorities: servers.pem\n      certificate: router.pem\n      key: router.key\n";
    let trusting = start(folder.path(), "trusting", "router", &subgraph(certificates));
    let plain = client(None, None);
    let reply = ask(&plain, &address(&trusting, "/graphql")).await.unwrap();
    assert!(data(reply).await["categories"].is_array(), "{}", trusting.log());
    let unknown = start(folder.path(), "unknown", "router", &subgraph("    tls:\n      authorities: servers.pem\n"));
    let reply = ask(&plain, &address(&unknown, "/graphql")).await.unwrap();
    assert_eq!(data(reply).await, json!({ "categories": null }), "without a certificate it is told nothing");

    // A certificate is renewed under the running router; one that is half written changes nothing.
    fs::write(folder.path().join("server.pem"), "half").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(
        certificate_of(&ask(&client(Some(&servers), Some(clients.sign("client"))), &url).await.unwrap()),
        before
    );
    servers.write(folder.path(), "server", "127.0.0.1");
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_millis(500)).await;
        // A new client: a connection that is open keeps the certificate that it began with.
        let reply = ask(&client(Some(&servers), Some(clients.sign("client"))), &url).await.unwrap();
        if certificate_of(&reply) != before {
            return;
        }
    }
    panic!("the certificate was not read anew: {}", guarded.log());
}

/// Files that cannot be used are named before anything is served.
#[test]
fn certificates_that_cannot_be_used_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new();
    authority.write(folder.path(), "one", "127.0.0.1");
    authority.write(folder.path(), "other", "127.0.0.1");
    let house = include_str!("../supergraph.yaml");
    for (certificate, key, words) in [
        ("absent.pem", "one.key", ["absent.pem", "remedy"]),
        ("one.key", "one.key", ["one.key", "no certificate"]),
        ("one.pem", "one.pem", ["one.pem", "private key"]),
        ("one.pem", "other.key", ["other.key", "belongs to the certificate"]),
    ] {
        let tls = format!("  listeners:\n    tls:\n      certificate: {certificate}\n      key: {key}\n");
        fs::write(folder.path().join("wrong.yaml"), house.replacen("router:\n", &format!("router:\n{tls}"), 1))
            .unwrap();
        let mut command = lyceum(folder.path());
        command.args(["up", "--listen", "127.0.0.1:0", "--ops-listen", "127.0.0.1:0", "--config", "wrong.yaml"]);
        let output = command.env("LYCEUM_SEED_PROFILE", "none").output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{certificate} {key}");
        assert!(words.iter().all(|word| error.contains(word)), "{certificate} {key}: {error}");
    }
}
