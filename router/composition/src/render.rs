//! Errors as a good compiler prints them: file, line and caret in every subgraph involved, then what to do.

use std::fmt;

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode};

use crate::{CompositionError, Location, SubgraphSource};

/// Prints the errors for people. `colours` writes ANSI colours, for terminals.
pub fn render(errors: &[CompositionError], sources: &[SubgraphSource], colours: bool) -> String {
    let theme = if colours { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(REPORT_WIDTH);
    let mut text = String::new();
    for error in errors {
        let report = Report::new(error, sources);
        handler.render_report(&mut text, &report).expect("invariant: writing to a string does not fail");
        text.push('\n');
    }
    text
}

/// Columns of the report: what a terminal of usual size shows without wrapping.
const REPORT_WIDTH: usize = 120;

/// An error as miette reads it: the first subgraph's snippet in the report itself, the others as related reports.
#[derive(Debug)]
struct Report<'e> {
    error: &'e CompositionError,
    excerpts: Vec<Excerpt>,
}

/// The places in one subgraph.
#[derive(Debug)]
struct Excerpt {
    subgraph: String,
    source: NamedSource<String>,
    labels: Vec<LabeledSpan>,
}

impl<'e> Report<'e> {
    fn new(error: &'e CompositionError, sources: &[SubgraphSource]) -> Self {
        let mut excerpts: Vec<Excerpt> = Vec::new();
        for location in &error.locations {
            let Some(source) = sources.iter().find(|source| source.name == location.subgraph) else { continue };
            let label = label(location);
            match excerpts.iter_mut().find(|excerpt| excerpt.subgraph == source.name) {
                Some(excerpt) => excerpt.labels.push(label),
                None => excerpts.push(Excerpt {
                    subgraph: source.name.clone(),
                    source: NamedSource::new(&source.file_name, source.sdl.clone()),
                    labels: vec![label],
                }),
            }
        }
        Self { error, excerpts }
    }
}

fn label(location: &Location) -> LabeledSpan {
    LabeledSpan::new(Some(location.label.clone()), location.offset, location.length)
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.error.message)
    }
}

impl std::error::Error for Report<'_> {}

impl Diagnostic for Report<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.error.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.error.remedy.is_empty()).then(|| Box::new(&self.error.remedy) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpts.first().map(|excerpt| &excerpt.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let first = self.excerpts.first()?;
        Some(Box::new(first.labels.iter().cloned()))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        (self.excerpts.len() > 1)
            .then(|| Box::new(self.excerpts.iter().skip(1).map(|excerpt| excerpt as &dyn Diagnostic)) as Box<_>)
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "in the subgraph \"{}\"", self.subgraph)
    }
}

impl std::error::Error for Excerpt {}

impl Diagnostic for Excerpt {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}
