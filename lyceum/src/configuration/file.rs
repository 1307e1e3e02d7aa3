//! Finds, reads and checks the configuration file.

use std::path::{Path, PathBuf};

use telemetry::failures::Dsn;

use super::{Configuration, ConfigurationError, TransportKind, environment};
use crate::platform;

/// The file that is looked for in the working folder.
pub const FILE_NAME: &str = "supergraph.yaml";

/// The settings without any file: those at the root of this repository.
const BUILT_IN: &str = include_str!("../../../supergraph.yaml");

/// The configuration in `file`, else in the working folder's supergraph.yaml, else the one built in.
///
/// # Errors
/// When the file cannot be read, does not parse, or contradicts itself.
pub fn load(file: Option<&Path>) -> Result<Configuration, ConfigurationError> {
    let (path, text) = match file {
        Some(path) => (path.to_path_buf(), read(path)?),
        None if Path::new(FILE_NAME).is_file() => (PathBuf::from(FILE_NAME), read(Path::new(FILE_NAME))?),
        None => (PathBuf::from("(built in)"), BUILT_IN.to_owned()),
    };
    let mut configuration = parse(&path, &text)?;
    configuration.router = environment::apply(configuration.router, text_variables())?;
    configuration.folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    for issuer in configuration.router.authentication.iter_mut().flat_map(|settings| &mut settings.issuers) {
        issuer.jwks.file = issuer.jwks.file.take().map(|file| configuration.folder.join(file));
    }
    if let Some(tls) = &mut configuration.router.listeners.tls {
        for file in [&mut tls.certificate, &mut tls.key].into_iter().chain(&mut tls.client_authorities) {
            *file = configuration.folder.join(&*file);
        }
    }
    let registry = &mut configuration.router.registry;
    registry.folder = registry.folder.take().map(|folder| configuration.folder.join(folder));
    check(&path, &configuration)?;
    Ok(configuration)
}

/// The environment, without what is no text.
fn text_variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

fn read(path: &Path) -> Result<String, ConfigurationError> {
    std::fs::read_to_string(path)
        .map_err(|error| ConfigurationError::Unreadable { file: path.to_path_buf(), reason: error.to_string() })
}

/// Reads `text` as the configuration in the file `path`.
///
/// # Errors
/// When it is not YAML, or holds a key or value that does not belong there.
fn parse(path: &Path, text: &str) -> Result<Configuration, ConfigurationError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let location = error.location();
        ConfigurationError::Invalid {
            file: path.to_path_buf(),
            line: location.map_or(1, |location| location.line()),
            column: location.map_or(1, |location| location.column()),
            problem: first_line(&error.without_snippet().to_string()),
            remedy: "correct the key or value there; `lyceum config schema` prints all that are known".to_owned(),
        }
    })
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

/// What the types cannot say: names, files and parts that refer to one another.
fn check(path: &Path, configuration: &Configuration) -> Result<(), ConfigurationError> {
    let inconsistent = |key: String, problem: String, remedy: String| ConfigurationError::Inconsistent {
        file: path.to_path_buf(),
        key,
        problem,
        remedy,
    };
    if configuration.subgraphs.is_empty() {
        return Err(inconsistent("subgraphs".into(), "there is none".into(), "name at least one".into()));
    }
    for (name, subgraph) in &configuration.subgraphs {
        let is_ours = platform::subgraph(name).is_some();
        if !is_ours && subgraph.transport == TransportKind::InProcess {
            return Err(inconsistent(
                format!("subgraphs.{name}.transport"),
                format!("`{name}` is not built into this command"),
                format!("use `transport: http`, or one of {}", platform::names().join(", ")),
            ));
        }
        check_url(&subgraph.url).map_err(|problem| {
            inconsistent(format!("subgraphs.{name}.url"), problem, "write it like http://127.0.0.1:4101/graphql".into())
        })?;
    }
    for (name, subgraph) in &configuration.subgraphs {
        let tls = &subgraph.tls;
        if tls.certificate.is_some() != tls.key.is_some() {
            return Err(inconsistent(
                format!("subgraphs.{name}.tls"),
                "it names one of certificate and key".into(),
                "name both, or neither".into(),
            ));
        }
    }
    let storage = &configuration.media.storage;
    if storage.folder.is_some() && storage.s3.is_some() {
        return Err(inconsistent(
            "media.storage".into(),
            "it names a folder and a bucket".into(),
            "keep one: `folder`, or `s3`".into(),
        ));
    }
    if let Some(bucket) = &storage.s3 {
        for (key, url) in [("endpoint", &bucket.endpoint), ("public_endpoint", &bucket.public_endpoint)] {
            url.as_deref().map_or(Ok(()), check_url).map_err(|problem| {
                let remedy = "write it like https://s3.example.com".into();
                inconsistent(format!("media.storage.s3.{key}"), problem, remedy)
            })?;
        }
    }
    if let Some(scan) = &configuration.media.scan {
        check_url(&scan.url).map_err(|problem| {
            inconsistent("media.scan.url".into(), problem, "write it like http://scanner:9000/scan".into())
        })?;
    }
    if let Some(dsn) = &configuration.telemetry.errors.sentry_dsn {
        Dsn::parse(dsn).map_err(|error| {
            let remedy = "correct it; it stands among the settings of the project that errors are reported to".into();
            inconsistent("telemetry.errors.sentry_dsn".into(), error.to_string(), remedy)
        })?;
    }
    check_router(path, configuration)
}

fn check_url(url: &str) -> Result<(), String> {
    let uri: http::Uri = url.parse().map_err(|error| format!("`{url}` is not an address: {error}"))?;
    match uri.scheme_str() {
        Some("http" | "https") if uri.host().is_some() => Ok(()),
        _ => Err(format!("`{url}` is not an http:// or https:// address")),
    }
}

fn check_router(path: &Path, configuration: &Configuration) -> Result<(), ConfigurationError> {
    configuration.router.validate().map_err(|error| ConfigurationError::Inconsistent {
        file: path.to_path_buf(),
        key: format!("router.{}", error.key),
        problem: error.problem,
        remedy: error.remedy,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{check, parse};

    /// What is wrong with files kept so.
    fn problem(storage: &str) -> String {
        let text = format!(
            "subgraphs:\n  media: {{ url: \"http://127.0.0.1:4104/graphql\" }}\nmedia:\n  storage:\n    {storage}\n"
        );
        let path = Path::new("supergraph.yaml");
        let checked = parse(path, &text).and_then(|configuration| check(path, &configuration));
        checked.err().map(|error| error.to_string()).unwrap_or_default()
    }

    /// S2-ERR-1: a wrong address is found at the start, and its key is told to nobody.
    #[test]
    fn errors_are_reported_to_an_address_that_is_one() {
        let said = |dsn: &str| problem(&format!("folder: ./files\ntelemetry:\n  errors: {{ sentry_dsn: \"{dsn}\" }}"));
        assert_eq!(said("https://key@errors.example/7"), "");
        let wrong = said("https://s3cr3t@errors.example");
        assert!(wrong.contains("telemetry.errors.sentry_dsn") && !wrong.contains("s3cr3t"), "{wrong}");
    }

    #[test]
    fn files_lie_in_a_folder_or_in_a_bucket() {
        for right in [
            "folder: ./files",
            "s3: { bucket: files }",
            "s3: { bucket: files, endpoint: \"http://store:9000\", public_endpoint: \"https://files.example\", region: r, path_style: true, direct: false }",
        ] {
            assert_eq!(problem(right), "", "{right}");
        }
        for (wrong, named) in [
            ("{ folder: ./files, s3: { bucket: files } }", "media.storage"),
            ("s3: { endpoint: \"http://store:9000\" }", "bucket"),
            ("s3: { bucket: files, endpoint: \"store:9000\" }", "media.storage.s3.endpoint"),
            ("s3: { bucket: files, public_endpoint: \"files.example\" }", "media.storage.s3.public_endpoint"),
            // Secrets have no place in a file.
            ("s3: { bucket: files, secret_access_key: s }", "secret_access_key"),
        ] {
            assert!(problem(wrong).contains(named), "{wrong}: {}", problem(wrong));
        }
    }
}
