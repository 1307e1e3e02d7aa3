//! `cargo xtask new-subgraph NAME`: a subgraph that is small, whole and in the graph.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

/// The folder of the templates, and each file's place; `<name>` stands for the subgraph's.
const TEMPLATES: &str = "xtask/templates/subgraph";
const FILES: [(&str, &str); 12] = [
    ("Cargo.toml", "subgraphs/<name>/Cargo.toml"),
    ("src/lib.rs", "subgraphs/<name>/src/lib.rs"),
    ("src/domain.rs", "subgraphs/<name>/src/domain.rs"),
    ("src/events.rs", "subgraphs/<name>/src/events.rs"),
    ("src/graph.rs", "subgraphs/<name>/src/graph.rs"),
    ("src/service.rs", "subgraphs/<name>/src/service.rs"),
    ("src/store.rs", "subgraphs/<name>/src/store.rs"),
    ("tests/main.rs", "subgraphs/<name>/tests/main.rs"),
    ("tests/motto.rs", "subgraphs/<name>/tests/motto.rs"),
    ("tests/schema.rs", "subgraphs/<name>/tests/schema.rs"),
    ("migrations/sqlite.sql", "migrations/<name>/sqlite/0001_mottoes.sql"),
    ("migrations/mysql.sql", "migrations/<name>/mysql/0001_mottoes.sql"),
];

/// Longest name: it is part of names of tables' users and of metrics.
const NAME_LENGTH_MAX: usize = 24;
/// Names of folders beside the subgraphs, of what the graph itself uses, and of crates that need no dependency.
const TAKEN: [&str; 12] =
    ["kit", "bus", "router", "lyceum", "xtask", "query", "test", "main", "core", "alloc", "std", "proc"];
/// Words of the language that would do for a name otherwise (The Rust Reference, section "Keywords"): a subgraph's name
/// is that of a crate and of modules.
const KEYWORDS: &str = "abstract async await become box break const continue crate dyn else enum extern false final for \
    gen impl let loop macro match mod move mut override priv pub ref return self static struct super trait true try type \
    typeof union unsafe unsized use virtual where while yield";

/// Where the command lists its subgraphs.
const LIST: &str = "const SUBGRAPHS: [";

/// Why there is no new subgraph. Nothing has been written then.
#[derive(Debug, Error)]
pub enum NewSubgraphError {
    /// It cannot be a name.
    #[error("`{0}` cannot be the name of a subgraph; use 3 to {NAME_LENGTH_MAX} letters from a to z")]
    Name(String),
    /// It is the name of something else that Rust, the house or a library calls so.
    #[error("`{0}` is the name of {1}, which a subgraph of that name would hide; choose another name")]
    Taken(String, &'static str),
    /// It is there already.
    #[error("{} is there already; choose another name", .0.display())]
    Exists(PathBuf),
    /// A file of the house is not as it is expected to be.
    #[error(
        "{file} has no line `{line}`, behind which the new subgraph belongs; add it by hand, or mend xtask/src/new_subgraph.rs"
    )]
    Place {
        /// The file.
        file: &'static str,
        /// What was looked for.
        line: String,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Writes the subgraph's crate and migrations, and enters it into the workspace, the command and the configuration.
///
/// Returns the files that were written or changed, relative to `root`.
///
/// # Errors
/// [`NewSubgraphError`]; all that can be refused is refused before anything is written.
pub fn write(root: &Path, name: &str) -> Result<Vec<PathBuf>, NewSubgraphError> {
    check_name(root, name)?;
    for folder in [format!("subgraphs/{name}"), format!("migrations/{name}")] {
        if root.join(&folder).exists() {
            return Err(NewSubgraphError::Exists(folder.into()));
        }
    }
    let mut files = Vec::new();
    for (template, place) in FILES {
        let text = read(root, &Path::new(TEMPLATES).join(template))?;
        files.push((PathBuf::from(place.replace("<name>", name)), filled_in(&text, name)));
    }
    files.extend(entries(root, name)?);
    for (file, text) in &files {
        let path = root.join(file);
        let folder = path.parent().expect("every file stands in a folder");
        let failed = |source| NewSubgraphError::File { file: file.clone(), source };
        fs::create_dir_all(folder).map_err(failed)?;
        fs::write(&path, text).map_err(failed)?;
    }
    Ok(files.into_iter().map(|(file, _)| file).collect())
}

fn check_name(root: &Path, name: &str) -> Result<(), NewSubgraphError> {
    let is_plain =
        (3..=NAME_LENGTH_MAX).contains(&name.len()) && name.bytes().all(|letter| letter.is_ascii_lowercase());
    if !is_plain {
        return Err(NewSubgraphError::Name(name.to_owned()));
    }
    let taken = |by| Err(NewSubgraphError::Taken(name.to_owned(), by));
    if KEYWORDS.split_ascii_whitespace().any(|keyword| keyword == name) {
        return taken("a word of Rust");
    }
    let cargo = read(root, Path::new("Cargo.toml"))?;
    let is_dependency = dependencies(&cargo).any(|dependency| dependency == name);
    if is_dependency && root.join("subgraphs").join(name).exists() {
        return Err(NewSubgraphError::Exists(Path::new("subgraphs").join(name)));
    }
    if is_dependency {
        return taken("a library that the workspace uses");
    }
    if TAKEN.contains(&name) { taken("a part of the house, of the graph or of Rust") } else { Ok(()) }
}

/// The names that stand below `[workspace.dependencies]`.
fn dependencies(cargo: &str) -> impl Iterator<Item = &str> {
    let behind = cargo.lines().skip_while(|line| *line != "[workspace.dependencies]").skip(1);
    let lines = behind.take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split_once('=')).map(|(name, _)| name.trim())
}

fn filled_in(template: &str, name: &str) -> String {
    template.replace("{{name}}", name).replace("{{Name}}", &upper(name))
}

/// The name as types have it.
#[must_use]
pub fn upper(name: &str) -> String {
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{}{rest}", first.to_ascii_uppercase())
}

/// The files that name every subgraph, with the new one behind the last.
fn entries(root: &Path, name: &str) -> Result<Vec<(PathBuf, String)>, NewSubgraphError> {
    let platform = "lyceum/src/platform.rs";
    let text = read(root, Path::new(platform))?;
    // From the name to the end of the statement, however it breaks into lines.
    let begin = text.find(LIST).ok_or_else(|| missing(platform, LIST))?;
    let length = text[begin..].find("];\n").ok_or_else(|| missing(platform, "];"))?;
    let list = &text[begin..begin + length];
    let known: Vec<&str> =
        list.split('&').filter_map(|entry| entry.split_once("::SUBGRAPH")).map(|(name, _)| name).collect();
    let (count, last) = (known.len(), *known.last().ok_or_else(|| missing(platform, "&…::SUBGRAPH"))?);
    let entry = format!("&{last}::SUBGRAPH");
    let longer = list
        .replace(&format!("; {count}]"), &format!("; {}]", count + 1))
        .replace(&entry, &format!("{entry}, &{name}::SUBGRAPH"));
    let mut changed = vec![(PathBuf::from(platform), text.replace(list, &longer))];

    let cargo = behind(root, "Cargo.toml", &format!("  \"subgraphs/{last}\","), &format!("  \"subgraphs/{name}\","))?;
    let dependency = |name: &str| format!("{name} = {{ path = \"subgraphs/{name}\" }}");
    changed.push(("Cargo.toml".into(), behind_in(&cargo, "Cargo.toml", &dependency(last), &dependency(name))?));
    let dependency = |name: &str| format!("{name}.workspace = true");
    let cargo = behind(root, "lyceum/Cargo.toml", &dependency(last), &dependency(name))?;
    changed.push(("lyceum/Cargo.toml".into(), cargo));

    let url = |index: usize| format!("    url: http://127.0.0.1:{}/graphql", 4100 + index);
    let entry = format!("  {name}:\n    transport: in-process\n{}", url(count + 1));
    let configuration = behind(root, "supergraph.yaml", &url(count), &entry)?;
    changed.push(("supergraph.yaml".into(), configuration));
    Ok(changed)
}

fn read(root: &Path, file: &Path) -> Result<String, NewSubgraphError> {
    fs::read_to_string(root.join(file)).map_err(|source| NewSubgraphError::File { file: file.to_owned(), source })
}

fn behind(root: &Path, file: &'static str, line: &str, new: &str) -> Result<String, NewSubgraphError> {
    behind_in(&read(root, Path::new(file))?, file, line, new)
}

/// The text with a new line behind another one.
fn behind_in(text: &str, file: &'static str, line: &str, new: &str) -> Result<String, NewSubgraphError> {
    let mut lines: Vec<&str> = text.lines().collect();
    let place = lines.iter().position(|found| *found == line).ok_or_else(|| missing(file, line))?;
    lines.insert(place + 1, new);
    Ok(lines.join("\n") + "\n")
}

fn missing(file: &'static str, line: &str) -> NewSubgraphError {
    NewSubgraphError::Place { file, line: line.to_owned() }
}
