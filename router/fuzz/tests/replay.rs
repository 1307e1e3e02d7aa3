//! Every kept input, through its target.

use std::path::{Path, PathBuf};

use router_fuzz::{Outcome, TARGETS};

/// The inputs of a target; the situations of the composition's tests are inputs of `sdl` as well.
fn inputs(target: &str) -> Vec<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![here.join("corpus").join(target)];
    if target == "sdl" {
        let situations = here.join("../composition/tests/situations");
        folders.extend([situations.join("errors"), situations.join("hints")]);
    }
    let mut files: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    files.sort();
    files
}

#[test]
fn every_kept_input_is_borne() {
    for (name, target) in TARGETS {
        let (mut accepted, inputs) = (0, inputs(name));
        for file in &inputs {
            let input = std::fs::read(file).expect("the input can be read");
            let outcome = std::panic::catch_unwind(|| target(&input));
            let outcome = outcome.unwrap_or_else(|_| panic!("{name} does not bear {}", file.display()));
            accepted += usize::from(outcome == Outcome::Accepted);
        }
        assert!(inputs.len() >= 5, "{name} has only {} inputs", inputs.len());
        assert!(accepted >= 2, "{name}: of {} inputs only {accepted} go all the way", inputs.len());
    }
}
