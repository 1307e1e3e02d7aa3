//! What is printed: a table of the suites, then whatever went wrong.

use std::fmt::Write;

use crate::plans::PlanSize;
use crate::suite::{CaseResult, SuiteResult};

/// A Markdown table with a line for each suite and one for their sum.
///
/// The plans of a suite are summed over the cases that both planners can plan.
pub(crate) fn table(results: &[SuiteResult]) -> String {
    let mut table = "| suite | cases | passed | fetches | reference | waits | reference |\n\
                     |---|--:|--:|--:|--:|--:|--:|\n"
        .to_owned();
    for result in results {
        line(&mut table, &result.name, &result.cases.iter().collect::<Vec<_>>());
    }
    line(&mut table, "**all**", &results.iter().flat_map(|result| &result.cases).collect::<Vec<_>>());
    table
}

fn line(table: &mut String, name: &str, cases: &[&CaseResult]) {
    let passed = cases.iter().filter(|case| case.problem.is_none()).count();
    let both = cases.iter().filter_map(|case| case.plan).filter_map(|plan| Some((plan.ours, plan.reference?)));
    let (ours, references): (Vec<PlanSize>, Vec<PlanSize>) = both.unzip();
    let fetches = |plans: &[PlanSize]| plans.iter().map(|plan| plan.fetches).sum::<usize>();
    let depth = |plans: &[PlanSize]| plans.iter().map(|plan| plan.depth).sum::<usize>();
    // Writing to a string does not fail.
    let _ = writeln!(
        table,
        "| {name} | {} | {passed} | {} | {} | {} | {} |",
        cases.len(),
        fetches(&ours),
        fetches(&references),
        depth(&ours),
        depth(&references)
    );
}

/// Every case that did not pass, with its operation and what is wrong.
pub(crate) fn failures(results: &[SuiteResult]) -> String {
    listed(results, |case| case.problem.clone())
}

/// Every plan that needs more fetches or waits than the reference's.
pub(crate) fn worse_plans(results: &[SuiteResult]) -> String {
    listed(results, |case| case.plan.filter(crate::plans::Comparison::is_worse).map(|plan| format!("{plan:?}")))
}

fn listed(results: &[SuiteResult], problem: impl Fn(&CaseResult) -> Option<String>) -> String {
    let mut text = String::new();
    for result in results {
        for (index, case) in result.cases.iter().enumerate() {
            if let Some(problem) = problem(case) {
                let _ = writeln!(text, "{} #{index}: {problem}\n{}", result.name, case.query);
            }
        }
    }
    text
}
