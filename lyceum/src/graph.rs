//! The configured graph: each subgraph's schema, and the supergraph that they compose to.

mod endpoint;

use std::path::{Path, PathBuf};

use router_composition::{Composition, CompositionError, SubgraphSource};
use router_schema::{Supergraph, SupergraphError};
use thiserror::Error;

use crate::configuration::Configuration;
use crate::platform;

/// Why there is no graph.
#[derive(Debug, Error)]
pub enum GraphError {
    /// A file cannot be read.
    #[error("{}: {reason}\n  remedy: check the path; those in a configuration start from its own folder", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// A subgraph does not tell its schema.
    #[error(
        "subgraphs.{name}: its schema cannot be had from {url}: {reason}\n  remedy: start the subgraph, correct its url, or name a file with its SDL in subgraphs.{name}.schema"
    )]
    Endpoint {
        /// The subgraph.
        name: String,
        /// Its address.
        url: String,
        /// What was in the way.
        reason: String,
    },
    /// The subgraphs do not compose.
    #[error("the subgraphs do not compose: {} {}\n\n{rendered}", errors.len(), if errors.len() == 1 { "error" } else { "errors" })]
    Composition {
        /// Every reason.
        errors: Vec<CompositionError>,
        /// The same for people, with file, line and caret.
        rendered: String,
    },
    /// The supergraph cannot be loaded.
    #[error("{origin}: the supergraph cannot be loaded: {error}")]
    Supergraph {
        /// Where it came from.
        origin: String,
        /// What is wrong with it.
        error: SupergraphError,
    },
}

/// The schemas of the configured subgraphs: from the file that the configuration names, else the one built in, else what
/// the subgraph itself answers.
///
/// # Errors
/// When a file cannot be read, or a subgraph does not answer.
pub async fn sources(configuration: &Configuration) -> Result<Vec<SubgraphSource>, GraphError> {
    let mut sources = Vec::new();
    for (name, subgraph) in &configuration.subgraphs {
        let built_in = platform::subgraph(name);
        let (sdl, file_name) = match (&subgraph.schema, built_in) {
            (Some(schema), _) => {
                let file = configuration.folder.join(schema);
                (read(&file)?, file.display().to_string())
            }
            (None, Some(built_in)) => ((built_in.sdl)(), platform::schema_file(name)),
            (None, None) => (told(name, &subgraph.url).await?, subgraph.url.clone()),
        };
        sources.push(SubgraphSource { name: name.clone(), url: subgraph.url.clone(), sdl, file_name });
    }
    Ok(sources)
}

/// The schema that a subgraph tells of itself.
pub(crate) async fn told(name: &str, url: &str) -> Result<String, GraphError> {
    let told = endpoint::sdl(url).await;
    told.map_err(|reason| GraphError::Endpoint { name: name.to_owned(), url: url.to_owned(), reason })
}

/// The supergraph that the configured subgraphs compose to, and what was noticed.
///
/// # Errors
/// When a schema cannot be read, or they do not compose.
pub async fn compose(configuration: &Configuration, colours: bool) -> Result<Composition, GraphError> {
    let sources = sources(configuration).await?;
    router_composition::compose(&sources).map_err(|errors| {
        let rendered = router_composition::render(&errors, &sources, colours);
        GraphError::Composition { errors, rendered }
    })
}

/// The supergraph in `file`, or the one that the configured subgraphs compose to.
///
/// # Errors
/// When it cannot be read, composed or loaded.
pub async fn supergraph(
    configuration: &Configuration,
    file: Option<&Path>,
    colours: bool,
) -> Result<Supergraph, GraphError> {
    let (origin, sdl) = match file {
        Some(file) => (file.display().to_string(), read(file)?),
        None => ("the composed supergraph".to_owned(), compose(configuration, colours).await?.supergraph_sdl),
    };
    Supergraph::parse(&sdl).map_err(|error| GraphError::Supergraph { origin, error })
}

fn read(file: &Path) -> Result<String, GraphError> {
    std::fs::read_to_string(file)
        .map_err(|error| GraphError::Unreadable { file: file.to_path_buf(), reason: error.to_string() })
}
