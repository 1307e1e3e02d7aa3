//! Every error and hint code in its situation, and the reference page that is made of them.
//!
//! A situation is a file named for its code: a comment says why the code exists, then come the subgraphs, each under a
//! line `#: name`. Those marked `(federation 1)` link nothing, those marked `(own links)` what they say themselves, and
//! all others the newest Federation with every import.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use router_composition::{
    CompositionError, ErrorCode, Hint, HintCode, Limits, Location, SubgraphSource, compose, compose_within,
};

/// Set to `1` to write the reference page anew.
const UPDATE: &str = "LYCEUM_UPDATE_REFERENCE";

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@external",
  "@requires", "@provides", "@shareable", "@override", "@inaccessible", "@tag", "@composeDirective", "@interfaceObject",
  "@authenticated", "@requiresScopes", "@policy", "@cost", "@listSize", "@extends", "@context", "@fromContext",
  "@cacheTag"])"#;

struct Situation {
    /// Why the code exists, in Markdown.
    reason: String,
    /// The subgraphs as they are written.
    example: String,
    subgraphs: Vec<SubgraphSource>,
}

impl Situation {
    fn read(folder: &str, code: &str) -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/situations/{folder}/{code}.graphql"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let (reason, example) = text.split_once("\n\n").expect("a situation begins with its reason");
        let reason = reason.lines().map(|line| line.trim_start_matches("# ")).collect::<Vec<_>>().join(" ");
        let subgraphs = example.split("#: ").skip(1).map(subgraph).collect();
        Self { reason, example: example.trim().to_owned(), subgraphs }
    }
}

/// A subgraph from the line after `#: ` on.
fn subgraph(text: &str) -> SubgraphSource {
    let (heading, sdl) = text.split_once('\n').expect("SDL follows the name");
    let (name, links) = heading.split_once(' ').unwrap_or((heading, ""));
    let sdl = match links {
        "" => format!("{LINK}\n{sdl}"),
        "(own links)" | "(federation 1)" => sdl.to_owned(),
        other => panic!("a subgraph is not {other}"),
    };
    SubgraphSource {
        name: name.to_owned(),
        url: format!("http://{name}.invalid/graphql"),
        sdl,
        file_name: format!("{name}.graphql"),
    }
}

fn error_in_its_situation(code: ErrorCode) -> (Situation, CompositionError) {
    let situation = Situation::read("errors", code.as_str());
    let limits = match code {
        ErrorCode::MaxValidationSubgraphPathsExceeded => Limits { validation_paths_max: 1 },
        _ => Limits::default(),
    };
    let errors = match compose_within(&situation.subgraphs, &limits) {
        Ok(_) => panic!("{code}: composes"),
        Err(errors) => errors,
    };
    for error in &errors {
        assert!(!error.remedy.is_empty(), "{code} has no remedy: {}", error.message);
        check_locations(&error.locations, &situation.subgraphs);
    }
    let error = errors.iter().find(|error| error.code == code);
    let error = error.unwrap_or_else(|| panic!("{code} is not raised, but {errors:#?}")).clone();
    (situation, error)
}

fn hint_in_its_situation(code: HintCode) -> (Situation, Hint) {
    let situation = Situation::read("hints", code.as_str());
    let composition = compose(&situation.subgraphs).unwrap_or_else(|errors| panic!("{code}: {errors:#?}"));
    let hint = composition.hints.into_iter().find(|hint| hint.code == code);
    let hint = hint.unwrap_or_else(|| panic!("{code} is not given"));
    check_locations(&hint.locations, &situation.subgraphs);
    (situation, hint)
}

/// Every location lies in the file that it names, and its lines and bytes agree.
fn check_locations(locations: &[Location], subgraphs: &[SubgraphSource]) {
    for location in locations {
        let source = subgraphs.iter().find(|source| source.name == location.subgraph).expect("a subgraph of ours");
        let before = source.sdl.get(..location.offset).expect("the offset is in the file");
        assert_eq!(before.matches('\n').count() + 1, location.line, "{location:?}");
        assert!(source.sdl.get(location.offset..location.offset + location.length).is_some(), "{location:?}");
        assert!((location.end_line, location.end_column) > (location.line, location.column), "{location:?}");
    }
}

#[test]
fn every_error_code_is_raised_in_its_situation() {
    for code in ErrorCode::ALL {
        error_in_its_situation(*code);
    }
}

#[test]
fn every_hint_code_is_given_in_its_situation() {
    for code in HintCode::ALL {
        hint_in_its_situation(*code);
    }
}

#[test]
fn no_situation_is_without_its_code() {
    let names = |folder: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/situations").join(folder);
        let files = std::fs::read_dir(path).expect("the folder is there").map(|entry| entry.expect("readable").path());
        let mut names: Vec<String> = files.map(|file| stem(&file)).collect();
        names.sort();
        names
    };
    let mut errors: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    let mut hints: Vec<_> = HintCode::ALL.iter().map(|code| code.as_str().to_owned()).collect();
    errors.sort();
    hints.sort();
    assert_eq!((names("errors"), names("hints")), (errors, hints));
}

fn stem(file: &Path) -> String {
    file.file_stem().and_then(|stem| stem.to_str()).expect("situations have plain names").to_owned()
}

/// docs/reference/composition-errors.md says what composition does.
#[test]
fn the_reference_page_is_true() {
    let file: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/composition-errors.md");
    let page = reference_page();
    if std::env::var(UPDATE).is_ok_and(|value| value == "1") {
        std::fs::write(&file, &page).expect("the page can be written");
    }
    let written = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(written == page, "{} is not what composition does; renew it with {UPDATE}=1", file.display());
}

fn reference_page() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("\n## Errors\n");
    for code in ErrorCode::ALL {
        let (situation, error) = error_in_its_situation(*code);
        let remedy = format!("Remedy: {}", error.remedy);
        section(&mut page, code.as_str(), code.meaning(), &situation, &error.message, &remedy);
    }
    page.push_str("\n## Hints\n");
    for code in HintCode::ALL {
        let (situation, hint) = hint_in_its_situation(*code);
        let level = format!("Level: {}.", format!("{:?}", hint.level).to_lowercase());
        section(&mut page, code.as_str(), code.meaning(), &situation, &hint.message, &level);
    }
    page
}

fn section(page: &mut String, code: &str, meaning: &str, situation: &Situation, message: &str, last: &str) {
    let Situation { reason, example, .. } = situation;
    write!(
        page,
        "\n### {code}\n\n{meaning} {reason}\n\n```graphql\n{example}\n```\n\n```text\n{message}\n```\n\n{last}\n"
    )
    .expect("a string takes everything");
}

const INTRODUCTION: &str = "# Composition errors and hints

`lyceum compose` refuses subgraphs that do not make one graph, and says which rule they break: a code, the places in
every subgraph involved, and a remedy. A graph that composes may come with hints. The codes are those that Apollo
documents for Federation, so that whatever reads them goes on working.

Each code stands here with an example that raises it. The examples leave out the `@link` that every Federation 2 subgraph
begins with, except where it is what they are about; `(federation 1)` marks a subgraph without one.
";
